import { SlimmerError } from "../../domain/errors.ts";
import { createBackoff } from "../../kit/backoff.ts";
import { startLoop } from "../../kit/loop.ts";
import { within } from "../../kit/within.ts";
import type { Connection } from "../../store/connection.ts";
import { type FeedState, feedState, listenToFeed, markOf, readFeedFrom } from "../../store/feed.ts";
import type { Ring } from "./ring.ts";

export type TailerOptions = {
  connect(onLost: (error: Error) => void): Promise<Connection>;
  ring: Ring;
  /** How often it looks without having been told, in milliseconds. */
  pollMs: number;
  /**
   * How long news that come soon after a look wait for the next one, counted from that look, in milliseconds, while so many
   * rows come in a second.
   */
  restMs(rowsPerSecond: number): number;
  onLag(seconds: number): void;
  log: { warn(facts: object, message: string): void };
};

/** Reads what is new in the feed, once for all who watch in this process. */
export type Tailer = {
  /** The last record that was read, or passed over; undefined until PostgreSQL has answered once. */
  readonly head: number | undefined;
  /** The mark of that record. */
  readonly mark: number;
  readonly feedId: string;
  readonly isConnected: boolean;
  /** The feed was replaced by another one (a backup that was restored), or by another history of it: what was read is of no use. */
  readonly isReplaced: boolean;
  /** Resolves once `head` is known; STORE_AWAY when that takes too long. */
  ready(): Promise<void>;
  /** Resolves at the next news, after `ms` milliseconds, or when the signal aborts. */
  news(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

const BACKOFF = { minMs: 50, maxMs: 1_000 };
const READY_MS = 5_000;
/** News come four times a second at most; two looks may follow each other closer than that. */
const SHORTEST_SECONDS = 0.25;
/** Records: who was away for longer leaves the rest to those who want it. */
const MAX_BEHIND = 2_000;
const CLOSE_MS = 2_000;

/**
 * connecting → (listening) reading → (nothing left) waiting → (told, or `pollMs` over) reading → …; a failure leads back to
 * connecting, after a pause. The ring goes on where it ended, so an outage leaves no gap.
 */
export function startTailer(options: TailerOptions): Tailer {
  const { connect, ring, pollMs, restMs, onLag, log } = options;
  const backoff = createBackoff(BACKOFF);
  const listeners = new Set<() => void>();
  let connection: Connection | undefined;
  let state: FeedState | undefined;
  let head: number | undefined;
  let mark = 0;
  let isConnected = false;
  let isReplaced = false;
  let isClosed = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let rowsPerSecond = 0;
  let rest: NodeJS.Timeout | undefined;

  function hear(): void {
    if (rest) return;
    const dueMs = lookedAtMs + restMs(rowsPerSecond) - performance.now();
    if (dueMs <= 0) loop.wake();
    else rest = setTimeout(() => loop.wake(), dueMs);
  }

  async function round(): Promise<number> {
    clearTimeout(rest);
    rest = undefined;
    const seconds = Math.max(SHORTEST_SECONDS, (performance.now() - lookedAtMs) / 1_000);
    lookedAtMs = performance.now();
    let rows = 0;
    connection ??= await open();
    const { client } = connection;
    const now = await feedState(client);
    if (state && (now.feedId !== state.feedId || now.lastNo < (head ?? 0))) isReplaced = true;
    state = now;
    const isFarBehind = head === undefined || now.lastNo - head > MAX_BEHIND;
    if (isFarBehind) await restartBehind(client, now.lastNo);
    const wasAway = !isConnected;
    isConnected = true;
    if (wasAway || isFarBehind || isReplaced) tell();
    while (!isReplaced && !isClosed && (head as number) < now.lastNo)
      rows += await readPage(client);
    rowsPerSecond = rows / seconds;
    backoff.reset();
    return pollMs;
  }

  /** Gives how many rows came. */
  async function readPage(client: Connection["client"]): Promise<number> {
    const nextNo = (head as number) + 1;
    const page = await readFeedFrom(client, nextNo);
    const [first] = page;
    if (first?.no === nextNo && first.markBefore !== mark) {
      isReplaced = true;
      tell();
      return 0;
    }
    // Trimmed meanwhile; those who wanted it will be told.
    if (!first) await restartBehind(client, (state as FeedState).lastNo);
    else if (first.no !== nextNo) restartAt(first.no, first.markBefore);
    ring.push(page);
    head = ring.nextNo - 1;
    mark = page.at(-1)?.mark ?? mark;
    if (first) onLag(first.ageSeconds);
    tell();
    return page.reduce((sum, { count }) => sum + count, 0);
  }

  async function restartBehind(client: Connection["client"], no: number): Promise<void> {
    restartAt(no + 1, await markOf(client, no));
  }

  function restartAt(nextNo: number, markBefore: number): void {
    ring.restart(nextNo);
    head = nextNo - 1;
    mark = markBefore;
  }

  async function open(): Promise<Connection> {
    const opened = await connect(() => {
      connection = undefined;
      isConnected = false;
      loop.wake();
    });
    if (isClosed) {
      await opened.end();
      throw new Error("closed while it connected");
    }
    await listenToFeed(opened, hear).catch(async (error) => {
      await opened.end();
      throw error;
    });
    return opened;
  }

  async function drop(): Promise<void> {
    const lost = connection;
    connection = undefined;
    isConnected = false;
    await lost?.end();
  }

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  const loop = startLoop(round, (error) => {
    const restMs = backoff.nextMs();
    log.warn({ err: error, restMs }, "could not read the feed; trying again");
    void drop();
    return restMs;
  });

  return {
    get head() {
      return head;
    },
    get mark() {
      return mark;
    },
    get feedId() {
      return state?.feedId ?? "";
    },
    get isConnected() {
      return isConnected;
    },
    get isReplaced() {
      return isReplaced;
    },
    async ready() {
      const nobody = new AbortController().signal;
      const until = performance.now() + READY_MS;
      while (head === undefined && !isClosed) {
        const leftMs = until - performance.now();
        if (leftMs <= 0) {
          throw new SlimmerError("STORE_AWAY", "the database can't be reached; try again", {
            retryAfterMs: 1_000,
          });
        }
        await this.news(leftMs, nobody);
      }
    },
    news(ms, signal) {
      if (signal.aborted || isClosed) return Promise.resolve();
      return new Promise((resolve) => {
        const settle = () => {
          clearTimeout(timer);
          listeners.delete(settle);
          signal.removeEventListener("abort", settle);
          resolve();
        };
        const timer = setTimeout(settle, ms);
        listeners.add(settle);
        signal.addEventListener("abort", settle);
      });
    },
    async close() {
      isClosed = true;
      clearTimeout(rest);
      tell();
      // A statement under way may hang on a network that is gone.
      await within(CLOSE_MS, "the last look at the feed", loop.stop()).catch(() => {});
      await drop();
    },
  };
}
