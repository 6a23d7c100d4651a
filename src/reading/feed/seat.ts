import { setImmediate } from "node:timers/promises";
import type { StoredActivation, Timestamp, WatchActivationsRequestOutput } from "slimmer-grpc";
import { SlimmerError } from "../../domain/errors.ts";
import { feedState } from "../../store/feed.ts";
import type { Backlog } from "./backlog.ts";
import { cursorText, type Position } from "./cursor.ts";
import { type Filter, isOpen, range, wantedRows } from "./filter.ts";
import type { HeldRecord } from "./held-record.ts";
import type { NameBook, Read } from "./names.ts";
import type { Ring } from "./ring.ts";
import type { Tailer } from "./tailer.ts";
import { filterOf, parseWatch } from "./watch-request.ts";

/** What all who watch share. */
export type FeedTools = {
  read: Read;
  names: NameBook;
  backlog: Backlog;
  heartbeatMs: number;
  liveMs: number;
  /** How many pages are open. */
  pages(): number;
  serverTime(): Timestamp;
  delivered(rows: number): void;
};

/** The place of one who watches. */
export type Seat = {
  readonly tailer: Tailer;
  readonly ring: Ring;
  /** Aborts when its owner goes, or the feed is closed. */
  readonly signal: AbortSignal;
  leave(): void;
};

/** Some rows of one record. */
export type Picked = { held: HeldRecord; rows: readonly number[] };

export type Opened = { filter: Filter; position: Position; recent: readonly Picked[] };

/** How far back `recent` looks for rows that match, in rows. */
const LOOK_BACK = 5_000;

/** Checks the request, and finds the place where it begins. */
export async function openSeat(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): Promise<Opened> {
  const { tailer } = seat;
  const { cursor, recent } = parseWatch(request);
  const [filter] = await Promise.all([filterOf(request, tools.read), tailer.ready()]);
  if (!cursor) {
    const nextNo = (tailer.head ?? 0) + 1;
    const picked = recent > 0 ? await newest(recent, nextNo, filter, seat, tools) : [];
    return { filter, position: { no: nextNo, index: 0 }, recent: picked };
  }
  if (cursor.feedId !== tailer.feedId) throw expired();
  // Another server may have read further than this one; but nobody can have read further than there is.
  if (cursor.no > (tailer.head ?? 0)) {
    const { lastNo } = await tools.read(feedState);
    if (cursor.no > lastNo + 1 || (cursor.no === lastNo + 1 && cursor.index > 0)) throw expired();
  }
  // Told now, where it is a status, rather than in the middle.
  else await recordAt(cursor.no, seat, tools);
  return { filter, position: { no: cursor.no, index: cursor.index }, recent: [] };
}

/** Record `no`; undefined where there is none yet. Throws CURSOR_EXPIRED where it is gone. */
export async function recordAt(
  no: number,
  { tailer, ring }: Seat,
  { backlog }: FeedTools,
): Promise<HeldRecord | undefined> {
  if (tailer.isReplaced) throw expired();
  if (tailer.head === undefined || no > tailer.head) return undefined;
  const held = ring.get(no);
  if (held) return held;
  const [first] = await backlog.from(no);
  if (first?.record.no !== no) throw expired();
  return first;
}

/** The newest rows before record `nextNo` that match, in order; within the bounds of LOOK_BACK. */
async function newest(
  count: number,
  nextNo: number,
  filter: Filter,
  { ring }: Seat,
  { backlog, names }: FeedTools,
): Promise<Picked[]> {
  const picked: Picked[] = [];
  let missing = count;
  let looked = 0;
  let page: readonly HeldRecord[] = [];
  for (let no = nextNo - 1; no > 0 && missing > 0 && looked < LOOK_BACK; no -= 1) {
    let held = ring.get(no) ?? page.find(({ record }) => record.no === no);
    if (!held) {
      page = await backlog.before(no + 1);
      held = page.at(-1);
      if (held?.record.no !== no) break;
    }
    looked += held.record.count;
    const rows = (await wantedRows(held, 0, filter, names)).slice(-missing);
    missing -= rows.length;
    if (rows.length > 0) picked.unshift({ held, rows });
  }
  return picked;
}

export async function messagesOf(
  picked: readonly Picked[],
  { names }: FeedTools,
): Promise<StoredActivation[]> {
  const messages: StoredActivation[] = [];
  for (const { held, rows } of picked) {
    await held.learn(names);
    messages.push(...held.messagesOf(rows));
  }
  return messages;
}

/** How many rows of a record match; without making a list where all do. */
export async function countAndNewest(
  held: HeldRecord,
  fromRow: number,
  most: number,
  filter: Filter,
  names: NameBook,
): Promise<{ count: number; rows: readonly number[] }> {
  const { count } = held.record;
  if (isOpen(filter)) {
    return {
      count: Math.max(0, count - fromRow),
      rows: range(Math.max(fromRow, count - most), count),
    };
  }
  const rows = await wantedRows(held, fromRow, filter, names);
  return { count: rows.length, rows: rows.slice(-most) };
}

/** Whether PostgreSQL can't answer now: who watches waits for it. */
export function isOutage(error: unknown): boolean {
  return error instanceof SlimmerError && /^STORE_/.test(error.reason);
}

export function cursorAt({ tailer }: Seat, position: Position): string {
  return cursorText({ feedId: tailer.feedId, ...position });
}

export function isCaughtUp({ tailer }: Seat, { no }: Position): boolean {
  return tailer.isConnected && tailer.head !== undefined && no > tailer.head;
}

export function expired(): SlimmerError {
  return new SlimmerError(
    "CURSOR_EXPIRED",
    "the feed does not reach back to this cursor any more: list what was missed with list_activations, then watch anew without a cursor",
  );
}

/** Lets others have their turn. */
export async function giveWay(): Promise<void> {
  await setImmediate();
}
