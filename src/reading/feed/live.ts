import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { SlimmerError } from "../../domain/errors.ts";
import type { Position } from "./cursor.ts";
import type { LiveEvent } from "./feed.ts";
import type { Filter } from "./filter.ts";
import {
  countAndNewest,
  cursorAt,
  type FeedTools,
  isCaughtUp,
  isOutage,
  messagesOf,
  type Opened,
  openSeat,
  type Picked,
  recordAt,
  type Seat,
} from "./seat.ts";

/** Rows that one process makes for all its pages together, each second. */
const ROWS_PER_SECOND = 10_000;
const MIN_ROWS = 10;
const MAX_ROWS = 500;
/** From so many pages on at one process, each has half as many events: that is what they cost. */
const MANY_PAGES = 100;
/** A page that is further behind had better begin anew: nobody reads that far. */
const MAX_BEHIND = 20_000;

/**
 * (opened) heartbeat, and the recent ones → waiting → (news, and the pace since the event before) looking → (rows) event →
 * waiting; (`heartbeatMs` over) heartbeat → waiting. While PostgreSQL is away it stays in waiting. An event is up to where the feed is: what a page can't show is
 * counted and passed over.
 */
export async function* live(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): AsyncGenerator<LiveEvent> {
  try {
    yield* follow(request, seat, tools);
  } catch (error) {
    if (!(error instanceof SlimmerError) || error.reason !== "CURSOR_EXPIRED") throw error;
    yield { kind: "expired", message: error.message };
  }
}

async function* follow(
  request: WatchActivationsRequestOutput,
  seat: Seat,
  tools: FeedTools,
): AsyncGenerator<LiveEvent> {
  const { tailer, signal } = seat;
  const { filter, recent, ...opened }: Opened = await openSeat(request, seat, tools);
  let { position } = opened;
  yield heartbeat();
  const total = recent.reduce((sum, { rows }) => sum + rows.length, 0);
  if (total > 0) yield await event({ picked: recent, total });
  let saidAt = performance.now();
  let lookAt = saidAt + paceMs(tools);

  while (!signal.aborted) {
    const now = performance.now();
    const dueMs = saidAt + tools.heartbeatMs - now;
    const isNews = tailer.isReplaced || position.no <= (tailer.head ?? 0);
    if (dueMs <= 0) {
      yield heartbeat();
      saidAt = performance.now();
    } else if (!isNews) {
      await tailer.news(dueMs, signal);
    } else if (now < lookAt) {
      await pause(Math.min(dueMs, lookAt - now), signal);
    } else {
      const seen = await look();
      if (signal.aborted) return;
      if (seen) {
        yield seen;
        saidAt = performance.now();
      }
      lookAt = performance.now() + paceMs(tools);
    }
  }

  /** The event of what is there; undefined where nothing of it matches, or PostgreSQL is away. */
  async function look(): Promise<LiveEvent | undefined> {
    try {
      const most = rowsForOne(tools);
      const found = await gather(position, most, filter, seat, tools);
      const made = found.total > 0 ? await event(found, found.position) : undefined;
      position = found.position;
      return made;
    } catch (error) {
      if (!isOutage(error)) throw error;
      return undefined;
    }
  }

  async function event(
    { picked, total }: { picked: readonly Picked[]; total: number },
    at: Position = position,
  ): Promise<LiveEvent> {
    const activations = await messagesOf(picked, tools);
    tools.delivered(activations.length);
    return {
      kind: "activations",
      activations,
      total,
      skipped: total - activations.length,
      cursor: cursorAt(seat, at),
      caughtUp: isCaughtUp(seat, at),
      serverTime: tools.serverTime(),
    };
  }

  function heartbeat(): LiveEvent {
    return {
      kind: "heartbeat",
      cursor: cursorAt(seat, position),
      serverTime: tools.serverTime(),
    };
  }
}

/** The least time between two events of one page, in milliseconds. */
function paceMs({ pages, liveMs }: FeedTools): number {
  return pages() < MANY_PAGES ? liveMs : 2 * liveMs;
}

/** How many rows one event of one page may have. */
function rowsForOne(tools: FeedTools): number {
  const share = (ROWS_PER_SECOND * paceMs(tools)) / 1_000 / Math.max(1, tools.pages());
  return Math.round(Math.min(MAX_ROWS, Math.max(MIN_ROWS, share)));
}

/** Everything up to where the feed is: how many match, and the newest of them. */
async function gather(
  start: Position,
  most: number,
  filter: Filter,
  seat: Seat,
  tools: FeedTools,
): Promise<{ picked: Picked[]; total: number; position: Position }> {
  let picked: Picked[] = [];
  let kept = 0;
  let total = 0;
  let behind = 0;
  let position = start;
  for (;;) {
    const isBehind = position.no < seat.ring.firstNo;
    const held = await recordAt(position.no, seat, tools);
    if (!held) return { picked, total, position };
    if (isBehind) behind += held.record.count;
    if (behind > MAX_BEHIND) throw tooFarBehind();
    const { count, rows } = await countAndNewest(held, position.index, most, filter, tools.names);
    total += count;
    if (rows.length > 0) {
      picked.push({ held, rows });
      kept += rows.length;
    }
    // Drops what is not among the newest any more.
    while (kept - (picked[0]?.rows.length ?? 0) >= most) {
      kept -= picked[0]?.rows.length ?? 0;
      picked = picked.slice(1);
    }
    const [oldest] = picked;
    if (oldest && kept > most) {
      picked[0] = { ...oldest, rows: oldest.rows.slice(kept - most) };
      kept = most;
    }
    position = { no: position.no + 1, index: 0 };
  }
}

function tooFarBehind(): SlimmerError {
  return new SlimmerError(
    "CURSOR_EXPIRED",
    `more than ${MAX_BEHIND} activations came meanwhile: begin anew, or list what was missed`,
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const timer = setTimeout(settle, ms);
    signal.addEventListener("abort", settle);
  });
}
