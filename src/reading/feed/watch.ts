import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { mapBytes } from "../message-bytes.ts";
import type { Position } from "./cursor.ts";
import { type Filter, wantedRows } from "./filter.ts";
import {
  cursorAt,
  type FeedTools,
  isCaughtUp,
  isOutage,
  openSeat,
  type Picked,
  type Seat,
  stretchAt,
  stretchAtHand,
} from "./seat.ts";
import type { Stretch } from "./stretch.ts";

/**
 * Rows of one message, and about their bytes: clients take 4 MiB, and one who reads slowly must have taken a message within
 * a minute. Of rows without attributes the former comes first.
 */
const MAX_ROWS = 500;
const MAX_BYTES = 128 * 1024;
/** A row without attributes, about. */
const ROW_BYTES = 200;
/** Rows that are looked at before others have their turn. */
const MAX_LOOKED = 20_000;
/** Before PostgreSQL is asked again. */
const REST_MS = 250;

/** A message to one who watches, in the form in which the feed has it. */
export type Watched = {
  readonly picked: readonly Picked[];
  readonly cursor: string;
  readonly serverUs: number;
  readonly caughtUp: boolean;
};

/**
 * (opened) first message → gathering → (rows) message → gathering → … → (nothing left) waiting → (news) gathering, or
 * (`heartbeatMs` over) heartbeat → gathering. While PostgreSQL is away it stays in waiting.
 */
export async function* watch(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): AsyncGenerator<Watched> {
  const { tailer, signal } = seat;
  const { filter, recent, ...opened } = await openSeat(request, seat, tools);
  let { position } = opened;
  const [oldest] = recent;
  if (oldest) {
    // The recent ones are a part of what follows, in messages like all others.
    const start = oldest.held.positionAt(oldest.rows[0] as number);
    const gathered = await gather(start, filter, seat, tools);
    if (signal.aborted) return;
    position = gathered.position;
    yield answer(gathered.picked);
  } else yield answer([]);
  let sentAt = performance.now();
  while (!signal.aborted) {
    await tools.turns.take();
    const gathered = await gather(position, filter, seat, tools);
    if (signal.aborted) return;
    position = gathered.position;
    const dueMs = sentAt + tools.heartbeatMs - performance.now();
    if (gathered.picked.length > 0 || dueMs <= 0) {
      yield answer(gathered.picked);
      sentAt = performance.now();
    } else if (gathered.isAway) await tailer.news(Math.min(dueMs, REST_MS), signal);
    // It may have come to an end just before the next record came.
    else if (isCaughtUp(seat, position) || !hasMore()) await tailer.news(dueMs, signal);
  }

  function hasMore(): boolean {
    return tailer.isReplaced || position.no <= (tailer.head ?? 0);
  }

  function answer(picked: readonly Picked[]): Watched {
    tools.delivered(picked.reduce((sum, { rows }) => sum + rows.length, 0));
    return {
      picked,
      cursor: cursorAt(seat, position),
      serverUs: tools.nowUs(),
      caughtUp: isCaughtUp(seat, position),
    };
  }
}

type Gathered = { picked: Picked[]; position: Position; isAway: boolean };

/** The next rows that match, as many as one message may have; fewer where there are no more, or PostgreSQL is away. */
async function gather(
  start: Position,
  filter: Filter,
  seat: Seat,
  tools: FeedTools,
): Promise<Gathered> {
  const picked: Picked[] = [];
  let count = 0;
  let position = start;
  let bytes = 0;
  let looked = 0;
  try {
    while (count < MAX_ROWS && bytes < MAX_BYTES && looked < MAX_LOOKED) {
      // Most often everything is at hand, and nothing is waited for: many watch.
      const held = stretchAtHand(position, seat) ?? (await stretchAt(position, seat));
      if (!held) break;
      const found = wantedRows(held, held.rowAt(position), filter, tools.names);
      const wanted = found instanceof Promise ? await found : found;
      const fitting = measure(held, wanted, MAX_ROWS - count);
      const rows = fitting.count === wanted.length ? wanted : wanted.slice(0, fitting.count);
      if (rows.length > 0) {
        const learning = held.learn(tools.names);
        if (learning) await learning;
        picked.push({ held, rows });
      }
      count += rows.length;
      bytes += fitting.bytes;
      looked += held.count;
      const isWhole = rows.length === wanted.length;
      position = isWhole ? held.end : held.positionAfter(rows.at(-1) as number);
    }
  } catch (error) {
    if (!isOutage(error)) throw error;
    return { picked, position, isAway: true };
  }
  return { picked, position, isAway: false };
}

/** How many of these rows go into one message: at least one, `most` at most; and about their bytes. */
function measure(
  held: Stretch,
  rows: readonly number[],
  most: number,
): { count: number; bytes: number } {
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    if (count === most || bytes > MAX_BYTES) break;
    bytes += sizeOf(held, row);
    count += 1;
  }
  return { count, bytes };
}

/** About the bytes of a row as a message; names and attributes may be long. */
function sizeOf(held: Stretch, row: number): number {
  const attributes = held.recordOf(row).attributes(held.indexOf(row));
  return attributes ? ROW_BYTES + mapBytes(attributes) : ROW_BYTES;
}
