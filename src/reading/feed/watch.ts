import type {
  StoredActivation,
  WatchActivationsRequestOutput,
  WatchActivationsResponse,
} from "slimmer-grpc";
import type { Position } from "./cursor.ts";
import { type Filter, wantedRows } from "./filter.ts";
import type { HeldRecord } from "./held-record.ts";
import {
  cursorAt,
  type FeedTools,
  giveWay,
  isCaughtUp,
  isOutage,
  messagesOf,
  openSeat,
  recordAt,
  type Seat,
} from "./seat.ts";

/** Rows of one message, and about their bytes: clients take 4 MiB. */
const MAX_ROWS = 500;
const MAX_BYTES = 1024 * 1024;
/** Rows that are looked at before others have their turn. */
const MAX_LOOKED = 20_000;
/** Before PostgreSQL is asked again. */
const REST_MS = 250;

/**
 * (opened) first message → gathering → (rows) message → gathering → … → (nothing left) waiting → (news) gathering, or
 * (`heartbeatMs` over) heartbeat → gathering. While PostgreSQL is away it stays in waiting.
 */
export async function* watch(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): AsyncGenerator<WatchActivationsResponse> {
  const { tailer, signal } = seat;
  const { filter, recent, ...opened } = await openSeat(request, seat, tools);
  let { position } = opened;
  yield answer(await messagesOf(recent, tools));
  let sentAt = performance.now();
  while (!signal.aborted) {
    const gathered = await gather(position, filter, seat, tools);
    if (signal.aborted) return;
    position = gathered.position;
    const dueMs = sentAt + tools.heartbeatMs - performance.now();
    if (gathered.messages.length > 0 || dueMs <= 0) {
      yield answer(gathered.messages);
      sentAt = performance.now();
    } else if (gathered.isAway) await tailer.news(Math.min(dueMs, REST_MS), signal);
    // It may have come to an end just before the next record came.
    else if (isCaughtUp(seat, position) || !hasMore()) await tailer.news(dueMs, signal);
    else await giveWay();
  }

  function hasMore(): boolean {
    return tailer.isReplaced || position.no <= (tailer.head ?? 0);
  }

  function answer(activations: StoredActivation[]): WatchActivationsResponse {
    tools.delivered(activations.length);
    return {
      activations,
      cursor: cursorAt(seat, position),
      server_time: tools.serverTime(),
      caught_up: isCaughtUp(seat, position),
    };
  }
}

type Gathered = { messages: StoredActivation[]; position: Position; isAway: boolean };

/** The next rows that match, as many as one message may have; fewer where there are no more, or PostgreSQL is away. */
async function gather(
  start: Position,
  filter: Filter,
  seat: Seat,
  tools: FeedTools,
): Promise<Gathered> {
  const messages: StoredActivation[] = [];
  let position = start;
  let bytes = 0;
  let looked = 0;
  try {
    while (messages.length < MAX_ROWS && bytes < MAX_BYTES && looked < MAX_LOOKED) {
      const held = await recordAt(position.no, seat, tools);
      if (!held) break;
      const wanted = await wantedRows(held, position.index, filter, tools.names);
      const rows = wanted.slice(0, fitting(held, wanted, MAX_ROWS - messages.length));
      messages.push(...(await messagesOf([{ held, rows }], tools)));
      bytes += rows.reduce((sum, row) => sum + sizeOf(held, row), 0);
      looked += held.record.count;
      const isWhole = rows.length === wanted.length;
      position = isWhole
        ? { no: position.no + 1, index: 0 }
        : { no: position.no, index: (rows.at(-1) as number) + 1 };
    }
  } catch (error) {
    if (!isOutage(error)) throw error;
    return { messages, position, isAway: true };
  }
  return { messages, position, isAway: false };
}

/** How many of these rows go into one message: at least one, `most` at most. */
function fitting(held: HeldRecord, rows: readonly number[], most: number): number {
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    if (count === most || bytes > MAX_BYTES) break;
    bytes += sizeOf(held, row);
    count += 1;
  }
  return count;
}

/** About the bytes of a row as a message; names and attributes may be long. */
function sizeOf({ record }: HeldRecord, row: number): number {
  const attributes = record.attributes(row);
  if (!attributes) return 300;
  return Object.entries(attributes).reduce(
    (sum, [key, value]) => sum + 4 + 3 * (key.length + value.length),
    300,
  );
}
