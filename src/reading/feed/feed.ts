import type { StoredActivation, Timestamp, WatchActivationsRequestOutput } from "slimmer-grpc";
import { shuttingDown } from "../../domain/refusals.ts";
import { createTurns, type Turns } from "../../kit/turns.ts";
import type { Connection } from "../../store/connection.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { createBacklog } from "./backlog.ts";
import { createInterests, type Interests } from "./interests.ts";
import { live } from "./live.ts";
import { createLooks } from "./looks.ts";
import { createNameBook, type Read } from "./names.ts";
import { restBetweenLooks } from "./rest.ts";
import { createRing, RING_LIMITS, type RingLimits } from "./ring.ts";
import type { FeedTools, Seat } from "./seat.ts";
import { startTailer } from "./tailer.ts";
import { type Watched, watch } from "./watch.ts";

/** What a page is told. */
export type LiveEvent =
  | {
      kind: "activations";
      /** The newest that match, the newest last. */
      activations: StoredActivation[];
      /** How many matched since the event before. */
      total: number;
      /** How many of those are left out here. */
      skipped: number;
      cursor: string;
      caughtUp: boolean;
      serverTime: Timestamp;
    }
  | { kind: "heartbeat"; cursor: string; serverTime: Timestamp }
  | { kind: "expired"; message: string };

/**
 * The feed of this process. Both ways reject with a SlimmerError: FIELDS_INVALID, NOT_FOUND, CURSOR_EXPIRED,
 * SHUTTING_DOWN once it is closed, and STORE_AWAY where PostgreSQL is away at the beginning. Later they wait for it.
 * They end when the signal aborts. Nothing is read ahead for anybody: a watcher is a position and a filter.
 */
export type Feed = {
  /**
   * Everything, in order, at the reader's own pace. The first message comes at once, so that there is a cursor; what is new
   * comes at most four times a second, and once where 50 or more watch a busy feed (2,000 rows a second).
   */
  watch(request: WatchActivationsRequestOutput, signal: AbortSignal): AsyncIterable<Watched>;
  /** For pages: at most four events a second (one where many pages are open), bounded; what is left out is counted. A cursor that is too old is an event. */
  live(request: WatchActivationsRequestOutput, signal: AbortSignal): AsyncIterable<LiveEvent>;
  close(): Promise<void>;
};

export type FeedOptions = {
  read: Read;
  /** Opens the connection that listens; it is open only while somebody watches. */
  connect(onLost: (error: Error) => void): Promise<Connection>;
  metrics: Pick<Metrics, "feedWatchers" | "feedLag" | "feedRows">;
  log: { warn(facts: object, message: string): void };
  nowMs(): number;
  /** When those who watch may have what is new for them. Default: whenever the event loop goes round, and 10 ms of each round. */
  turns?: Turns;
  /** Who wants which sensors. Default: this feed's own. */
  interests?: Interests;
  /** How long nothing may come before a heartbeat does. */
  heartbeatMs?: number;
  /** How often the feed is looked at by itself, in case a notification gets lost. */
  pollMs?: number;
  /** How long news wait for the next look at the feed, by how many watch and how many rows come. */
  restMs?: typeof restBetweenLooks;
  /** Least time between two events of a page. */
  liveMs?: number;
  ring?: RingLimits;
};

/** What all read of one history of the feed. */
type Reading = Pick<Seat, "tailer" | "ring" | "backlog"> & { seated: number };

/** One after the other is cheaper than now and then (docs/adr/0012); but others must not wait for all who watch. */
const TURNS_MS = 10;

export function createFeed(options: FeedOptions): Feed {
  const { read, connect, metrics, log, nowMs } = options;
  const {
    heartbeatMs = 20_000,
    pollMs = 1_000,
    restMs = restBetweenLooks,
    liveMs = 250,
    ring: limits = RING_LIMITS,
    turns = createTurns({ budgetMs: TURNS_MS }),
    interests = createInterests(),
  } = options;
  const closing = new AbortController();
  const names = createNameBook(read);
  const present = { watch: 0, live: 0 };
  let reading: Reading | undefined;
  let ended: Promise<unknown> = Promise.resolve();

  function begin(): Reading {
    const ring = createRing(limits);
    const onLag = (seconds: number) => metrics.feedLag.set(seconds);
    const tailer = startTailer({
      connect,
      ring,
      pollMs,
      restMs: (rowsPerSecond) => restMs(present.watch, rowsPerSecond),
      onLag,
      log,
    });
    return { ring, tailer, backlog: createBacklog(read), seated: 0 };
  }

  /**
   * A seat among those who watch; the first one starts the reading, and the last one who leaves ends it. Once the feed was
   * replaced, those who come begin anew, while those who watched it are told.
   */
  function take(kind: "watch" | "live", wanted: AbortSignal): Seat {
    if (!reading || reading.tailer.isReplaced) reading = begin();
    const mine = reading;
    const { tailer, ring, backlog } = mine;
    const signal = AbortSignal.any([wanted, closing.signal]);
    mine.seated += 1;
    present[kind] += 1;
    metrics.feedWatchers.inc({ kind });
    let isTaken = true;
    const releases: (() => void)[] = [];
    return {
      tailer,
      ring,
      backlog,
      signal,
      whenLeft(release) {
        if (isTaken) releases.push(release);
        else release();
      },
      leave() {
        if (!isTaken) return;
        isTaken = false;
        for (const release of releases) release();
        mine.seated -= 1;
        present[kind] -= 1;
        metrics.feedWatchers.dec({ kind });
        if (mine.seated > 0) return;
        if (reading === mine) reading = undefined;
        ended = Promise.all([ended, tailer.close()]);
      },
    };
  }

  const tools: FeedTools = {
    read,
    names,
    interests,
    heartbeatMs,
    liveMs,
    turns,
    looks: createLooks(),
    pages: () => present.live,
    nowUs: () => Math.round(nowMs() * 1_000),
    delivered: (rows) => metrics.feedRows.inc(rows),
  };

  async function* seatedAs<Event>(
    kind: "watch" | "live",
    wanted: AbortSignal,
    body: (seat: Seat) => AsyncIterable<Event>,
  ): AsyncGenerator<Event> {
    refuseWhenClosed();
    const seat = take(kind, wanted);
    // Whoever never asks for the next event does not get to the end below.
    seat.signal.addEventListener("abort", seat.leave, { once: true });
    try {
      yield* body(seat);
      refuseWhenClosed();
    } finally {
      seat.signal.removeEventListener("abort", seat.leave);
      seat.leave();
    }
  }

  function refuseWhenClosed(): void {
    if (!closing.signal.aborted) return;
    throw shuttingDown();
  }

  return {
    watch: (request, signal) => seatedAs("watch", signal, (seat) => watch(request, seat, tools)),
    live: (request, signal) => seatedAs("live", signal, (seat) => live(request, seat, tools)),
    async close() {
      closing.abort();
      await ended;
    },
  };
}
