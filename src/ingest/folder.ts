import { createBackoff } from "../kit/backoff.ts";
import { startLoop } from "../kit/loop.ts";
import { within } from "../kit/within.ts";
import { type Connection, DURABLE_COMMITS } from "../store/connection.ts";
import { type FeedBounds, trimFeed } from "../store/feed-trim.ts";
import { fold } from "../store/folds.ts";
import { recordPresence } from "../store/presence.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { PresenceBook } from "./presence.ts";

export type FolderOptions = {
  connect(onLost: (error: Error) => void): Promise<Connection>;
  intervalMs: number;
  /** How much of the feed is kept. */
  feed: FeedBounds;
  /** Signs of life to write; a process without any leaves it out. */
  presence?: PresenceBook;
  metrics: Pick<Metrics, "foldSeconds" | "foldRows" | "foldLag" | "foldFailures">;
  log: { warn(facts: object, message: string): void };
};

export type Folder = { close(): Promise<void> };

const PRESENCE_MS = 1_000;
const TRIM_MS = 5_000;
const LONG_REST_MS = 500;
const BACKOFF = { minMs: 100, maxMs: 1_000 };
const LAST_ROUND_MS = 3_000;

/**
 * A few times a second, on a connection of its own: writes signs of life, puts what was stored into the feed and adds it to
 * states and counts; every few seconds, takes away what the feed has too much of. Where another process is folding, it
 * only looks in again later.
 */
export function startFolder(options: FolderOptions): Folder {
  const { connect, intervalMs, feed, presence, metrics, log } = options;
  const backoff = createBackoff(BACKOFF);
  let connection: Connection | undefined;
  let presenceDueAt = 0;
  let trimDueAt = 0;

  async function round(): Promise<number> {
    connection ??= await open();
    const { client } = connection;
    if (presence && performance.now() >= presenceDueAt) {
      presenceDueAt = performance.now() + PRESENCE_MS;
      await writePresence(client, presence);
    }
    const stop = metrics.foldSeconds.startTimer();
    const startedAt = performance.now();
    const folded = await fold(client);
    const tookMs = performance.now() - startedAt;
    backoff.reset();
    if (folded.records > 0) stop();
    metrics.foldRows.inc(folded.rows);
    metrics.foldLag.set(folded.lagSeconds);
    // In chunks, one a round, so that folding never waits for long.
    if (performance.now() >= trimDueAt) {
      const { more } = await trimFeed(client, feed);
      trimDueAt = more ? 0 : performance.now() + TRIM_MS;
    }
    // A fold that takes long is dear by its sensors, not by its rows: at full load, fewer folds leave more to the writers.
    const restMs = Math.max(intervalMs, Math.min(2 * tookMs, LONG_REST_MS));
    return folded.more ? 0 : restMs;
  }

  async function open(): Promise<Connection> {
    const opened = await connect(() => {
      connection = undefined;
    });
    try {
      // A number that watchers were told is given out once.
      await opened.client.query(DURABLE_COMMITS);
    } catch (error) {
      await opened.end();
      throw error;
    }
    return opened;
  }

  async function writePresence(client: Connection["client"], book: PresenceBook): Promise<void> {
    const taken = book.take();
    if (taken.length === 0) return;
    try {
      await recordPresence(client, taken);
    } catch (error) {
      book.putBack(taken);
      throw error;
    }
  }

  async function drop(): Promise<void> {
    const lost = connection;
    connection = undefined;
    await lost?.end();
  }

  const loop = startLoop(round, (error) => {
    const restMs = backoff.nextMs();
    metrics.foldFailures.inc();
    log.warn({ err: error, restMs }, "could not fold; trying again");
    void drop();
    return restMs;
  });

  return {
    async close() {
      await loop.stop();
      presenceDueAt = 0;
      // What this process stored last is best added before it goes; another one would do it otherwise.
      await within(LAST_ROUND_MS, "the last fold", round()).catch(() => {});
      await drop();
    },
  };
}
