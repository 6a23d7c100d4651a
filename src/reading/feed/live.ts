import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { SlimmerError } from "../../domain/errors.ts";
import type { Position } from "./cursor.ts";
import type { LiveEvent } from "./feed.ts";
import type { Filter } from "./filter.ts";
import type { Look } from "./looks.ts";
import { timestampOf } from "./record-message.ts";
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
  type Seat,
  stretchAt,
  stretchAtHand,
} from "./seat.ts";

/** Rows that one process makes for all its pages together, each second. */
const ROWS_PER_SECOND = 3_000;
const MIN_ROWS = 10;
/** What the list of the dashboard's live page holds: more would never be seen. */
const MAX_ROWS = 1_000;
/** When rows come in a burst after a pause, an event may have those of so long, where few pages are open. */
const MAX_SAVED_MS = 1_000;
/** From so many pages on at one process, each has a quarter of the events: they are what pages cost (docs/adr/0012). */
const MANY_PAGES = 100;
const MANY_PAGES_PACE = 4;
/** A page that is further behind had better begin anew: nobody reads that far. */
const MAX_BEHIND = 20_000;

/**
 * (opened) heartbeat, and the recent ones → waiting → (news, and the pace since the event before) looking → (rows) event →
 * waiting; (`heartbeatMs` over) heartbeat → waiting. While PostgreSQL is away it stays in waiting. An event is up to where
 * the feed is: what a page can't show is counted and passed over.
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
  if (total > 0) {
    tools.delivered(total);
    yield await event({ picked: recent, total });
  }
  let saidAt = performance.now();
  let lookedAt = saidAt;
  let lookAt = nextLook(saidAt, paceMs(tools));

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
      const seen = await look(momentsBetween(lookedAt, now, paceMs(tools)));
      if (signal.aborted) return;
      if (seen) {
        yield seen;
        saidAt = performance.now();
      }
      lookedAt = now;
      lookAt = nextLook(performance.now(), paceMs(tools));
    }
  }

  /** The event of what is there; undefined where nothing of it matches, or PostgreSQL is away. */
  async function look(moments: number): Promise<LiveEvent | undefined> {
    try {
      const most = rowsForOne(moments, tools);
      const { no, index, mark } = position;
      const key = `${no} ${index} ${mark} ${most} ${filter.key}`;
      const seen = await tools.looks.share(tailer.head ?? 0, key, () => lookFrom(position, most));
      position = seen.position;
      if (seen.event?.kind === "activations") tools.delivered(seen.event.activations.length);
      return seen.event;
    } catch (error) {
      if (!isOutage(error)) throw error;
      return undefined;
    }
  }

  async function lookFrom(start: Position, most: number): Promise<Look> {
    const found = await gather(start, most, filter, seat, tools);
    const made = found.total > 0 ? await event(found, found.position) : undefined;
    return { event: made, position: found.position };
  }

  async function event(
    { picked, total }: { picked: readonly Picked[]; total: number },
    at: Position = position,
  ): Promise<LiveEvent> {
    const activations = await messagesOf(picked, tools);
    return {
      kind: "activations",
      activations,
      total,
      skipped: total - activations.length,
      cursor: cursorAt(seat, at),
      caughtUp: isCaughtUp(seat, at),
      serverTime: timestampOf(tools.nowUs()),
    };
  }

  function heartbeat(): LiveEvent {
    return {
      kind: "heartbeat",
      cursor: cursorAt(seat, position),
      serverTime: timestampOf(tools.nowUs()),
    };
  }
}

/** The least time between two events of one page, in milliseconds. */
function paceMs({ pages, liveMs }: FeedTools): number {
  return pages() < MANY_PAGES ? liveMs : MANY_PAGES_PACE * liveMs;
}

/**
 * When a page that has looked just now looks again. All look at the same moments, so that those that want the same can
 * share what they see.
 */
function nextLook(nowMs: number, paceMs: number): number {
  return Math.ceil(nowMs / paceMs + EARLY) * paceMs;
}

/** How many of those moments there were: the same for all that looked at the same ones. */
function momentsBetween(fromMs: number, untilMs: number, paceMs: number): number {
  return Math.floor(untilMs / paceMs) - Math.floor(fromMs / paceMs);
}

/** How much of the pace must have passed: nobody looks exactly at the moment. */
const EARLY = 0.9;

/** How many rows one event of one page may have, so many moments after it looked before. */
function rowsForOne(moments: number, tools: FeedTools): number {
  const pages = tools.pages();
  const pace = paceMs(tools);
  const savedMs = Math.min(MAX_SAVED_MS, (pages < MANY_PAGES ? Math.max(1, moments) : 1) * pace);
  const share = (ROWS_PER_SECOND * savedMs) / 1_000 / Math.max(1, pages);
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
    const held = stretchAtHand(position, seat) ?? (await stretchAt(position, seat));
    if (!held) return { picked, total, position };
    if (isBehind) behind += held.count;
    if (behind > MAX_BEHIND) throw tooFarBehind();
    const counted = countAndNewest(held, held.rowAt(position), most, filter, tools.names);
    const { count, rows } = counted instanceof Promise ? await counted : counted;
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
    position = held.end;
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
