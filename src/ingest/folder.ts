import { createBackoff } from "../kit/backoff.ts";
import { startLoop } from "../kit/loop.ts";
import { within } from "../kit/within.ts";
import type { Connection } from "../store/connection.ts";
import { fold, recordPresence } from "../store/folds.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { PresenceBook } from "./presence.ts";

export type FolderOptions = {
  connect(onLost: (error: Error) => void): Promise<Connection>;
  intervalMs: number;
  /** Signs of life to write; a process without any leaves it out. */
  presence?: PresenceBook;
  metrics: Pick<Metrics, "foldSeconds" | "foldRows" | "foldLag" | "foldFailures">;
  log: { warn(facts: object, message: string): void };
};

export type Folder = { close(): Promise<void> };

const PRESENCE_MS = 1_000;
const BACKOFF = { minMs: 100, maxMs: 1_000 };
const LAST_ROUND_MS = 3_000;

/**
 * A few times a second, on a connection of its own: writes signs of life, and adds what was stored to states and counts.
 * Where another process is folding, it only looks in again later.
 */
export function startFolder(options: FolderOptions): Folder {
  const { connect, intervalMs, presence, metrics, log } = options;
  const backoff = createBackoff(BACKOFF);
  let connection: Connection | undefined;
  let presenceDueAt = 0;

  async function round(): Promise<number> {
    connection ??= await connect(() => {
      connection = undefined;
    });
    const { client } = connection;
    if (presence && performance.now() >= presenceDueAt) {
      presenceDueAt = performance.now() + PRESENCE_MS;
      await writePresence(client, presence);
    }
    const stop = metrics.foldSeconds.startTimer();
    const folded = await fold(client);
    backoff.reset();
    if (folded.records > 0) stop();
    metrics.foldRows.inc(folded.rows);
    metrics.foldLag.set(folded.lagSeconds);
    return folded.more ? 0 : intervalMs;
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
