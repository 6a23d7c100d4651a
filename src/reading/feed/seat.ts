import type { StoredActivation, WatchActivationsRequestOutput } from "slimmer-grpc";
import { SlimmerError } from "../../domain/errors.ts";
import { range } from "../../kit/range.ts";
import type { Turns } from "../../kit/turns.ts";
import { feedState, markOf } from "../../store/feed.ts";
import type { Backlog } from "./backlog.ts";
import { type Cursor, cursorText, type Position } from "./cursor.ts";
import { type Filter, isOpen, wantedRows } from "./filter.ts";
import type { Interests } from "./interests.ts";
import type { Looks } from "./looks.ts";
import type { NameBook, Read } from "./names.ts";
import type { Ring } from "./ring.ts";
import type { Stretch } from "./stretch.ts";
import type { Tailer } from "./tailer.ts";
import { filterOf, parseWatch } from "./watch-request.ts";

/** What all who watch share. */
export type FeedTools = {
  read: Read;
  names: NameBook;
  interests: Interests;
  heartbeatMs: number;
  liveMs: number;
  /** All who watch wake at the same moment; calls that store something do not wait for all of them. */
  turns: Turns;
  looks: Looks;
  /** How many pages are open. */
  pages(): number;
  /** Now, in Unix microseconds. */
  nowUs(): number;
  delivered(rows: number): void;
};

/** The place of one who watches. */
export type Seat = {
  readonly tailer: Tailer;
  readonly ring: Ring;
  readonly backlog: Backlog;
  /** Aborts when its owner goes, or the feed is closed. */
  readonly signal: AbortSignal;
  /** Calls this when its owner leaves; at once where that has happened. */
  whenLeft(release: () => void): void;
  leave(): void;
};

/** Some rows of one stretch. */
export type Picked = { held: Stretch; rows: readonly number[] };

export type Opened = { filter: Filter; position: Position; recent: readonly Picked[] };

/** How far back `recent` looks for rows that match, in rows, and in records: those of presence alone have no rows. */
const LOOK_BACK = 5_000;
const LOOK_BACK_RECORDS = 2_000;

/** Checks the request, and finds the place where it begins. */
export async function openSeat(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): Promise<Opened> {
  const { tailer } = seat;
  const { cursor, recent } = parseWatch(request);
  const [filter] = await Promise.all([filterFor(request, seat, tools), tailer.ready()]);
  if (!cursor) {
    const nextNo = (tailer.head ?? 0) + 1;
    const picked = recent > 0 ? await newest(recent, nextNo, filter, seat, tools) : [];
    return { filter, position: { no: nextNo, index: 0, mark: tailer.mark }, recent: picked };
  }
  await checkCursor(cursor, seat, tools);
  const { no, index, mark } = cursor;
  return { filter, position: { no, index, mark }, recent: [] };
}

async function filterFor(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): Promise<Filter> {
  const filter = await filterOf(request, tools);
  const { sensors } = filter;
  if (sensors) seat.whenLeft(sensors.leave);
  return filter;
}

/** Throws CURSOR_EXPIRED where the feed can't go on from there: now, where it is a status, rather than in the middle. */
async function checkCursor(cursor: Cursor, seat: Seat, tools: FeedTools): Promise<void> {
  const { tailer } = seat;
  const { no, index, mark } = cursor;
  if (cursor.feedId !== tailer.feedId) throw expired();
  const head = tailer.head ?? 0;
  if (no <= head) {
    await stretchAt(cursor, seat);
    return;
  }
  if (no === head + 1 && index === 0 && mark === tailer.mark) return;
  // Another server may have read further than this one; but nobody can have read further than there is.
  const last = await tools.read(async (db) => {
    const { lastNo } = await feedState(db);
    return { no: lastNo, mark: await markOf(db, lastNo) };
  });
  if (no <= last.no) return;
  if (no > last.no + 1 || index > 0 || mark !== last.mark) throw expired();
}

/** The stretch that goes on at a position where it can be had without waiting, and there is nothing to be told. */
export function stretchAtHand(position: Position, { tailer, ring }: Seat): Stretch | undefined {
  if (tailer.isReplaced || tailer.head === undefined || position.no > tailer.head) return undefined;
  const held = ring.get(position.no);
  return held?.follows(position) ? held : undefined;
}

/** The stretch that goes on at a position; undefined where there is none yet. Throws CURSOR_EXPIRED where it is gone. */
export async function stretchAt(
  position: Position,
  { tailer, ring, backlog }: Seat,
): Promise<Stretch | undefined> {
  const { no } = position;
  if (tailer.isReplaced) throw expired();
  if (tailer.head === undefined || no > tailer.head) return undefined;
  const held = ring.get(no) ?? (await backlog.from(no))[0];
  if (!held || no < held.firstNo || no >= held.nextNo || !held.follows(position)) throw expired();
  return held;
}

/** The newest rows before record `nextNo` that match, in order; within the bounds of looking back. */
async function newest(
  count: number,
  nextNo: number,
  filter: Filter,
  { ring, backlog }: Seat,
  { names }: FeedTools,
): Promise<Picked[]> {
  const picked: Picked[] = [];
  let missing = count;
  let looked = 0;
  let page: readonly Stretch[] = [];
  let beforeNo = nextNo;
  const lowestNo = Math.max(1, nextNo - LOOK_BACK_RECORDS);
  while (beforeNo > lowestNo && missing > 0 && looked < LOOK_BACK) {
    let held = ring.get(beforeNo - 1) ?? page.find((one) => one.nextNo === beforeNo);
    if (!held) {
      page = await backlog.before(beforeNo);
      held = page.at(-1);
      if (held?.nextNo !== beforeNo) break;
    }
    beforeNo = held.firstNo;
    looked += held.count;
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

type Counted = { count: number; rows: readonly number[] };

/** How many rows of a stretch match; without making a list where all do, and at once where no name has to be looked up. */
export function countAndNewest(
  held: Stretch,
  fromRow: number,
  most: number,
  filter: Filter,
  names: NameBook,
): Counted | Promise<Counted> {
  const { count } = held;
  if (isOpen(filter)) {
    return {
      count: Math.max(0, count - fromRow),
      rows: range(Math.max(fromRow, count - most), count),
    };
  }
  const counted = (rows: readonly number[]) => ({ count: rows.length, rows: rows.slice(-most) });
  const rows = wantedRows(held, fromRow, filter, names);
  return rows instanceof Promise ? rows.then(counted) : counted(rows);
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
    "the feed can't go on from this cursor any more: list what was missed with list_activations, then watch anew without a cursor",
  );
}
