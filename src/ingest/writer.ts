import type { ActivationRow } from "../domain/activation.ts";
import { SlimmerError } from "../domain/errors.ts";
import { createBackoff } from "../kit/backoff.ts";
import { type Loop, startLoop } from "../kit/loop.ts";
import { type Connection, DURABLE_COMMITS } from "../store/connection.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type FlushResult, flushRows } from "./flush.ts";
import type { Horizon } from "./horizon.ts";
import type { RepeatWatch } from "./repeat-watch.ts";

export type Writer = {
  /** Whether it is connected and has no flush under way. */
  readonly isIdle: boolean;
  readonly isConnected: boolean;
  /** Stores rows; only to be called while idle. Rejects with a SlimmerError when PostgreSQL is away. */
  flush(rows: readonly ActivationRow[]): Promise<FlushResult | undefined>;
  close(): Promise<void>;
};

export type WriterOptions = {
  connect(onLost: (error: Error) => void): Promise<Connection>;
  horizon: Horizon;
  repeats: RepeatWatch;
  metrics: Pick<Metrics, "flushRows" | "flushSeconds" | "flushFailures" | "writersConnected">;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** Called whenever it becomes idle, or is lost. */
  onChange(): void;
};

/** Failures that came as an answer, over a connection that works. */
const ANSWERED: ReadonlySet<string> = new Set(["STORE_BUSY", "STORE_FULL"]);
const CHECK_MS = 60_000;
const BACKOFF = { minMs: 100, maxMs: 1_000 };

/**
 * One connection that stores activations, and is made again whenever it is lost.
 *
 * away → (connected) idle → (flush) busy → (done) idle. A flush that fails because PostgreSQL is away, and a connection
 * that breaks in any state, lead back to away: the connection is dropped, and tried again after a growing pause. While
 * all writers are away, calls are refused at once; nobody waits for a reconnection.
 */
export function createWriter(options: WriterOptions): Writer {
  const { connect, horizon, repeats, metrics, log, onChange } = options;
  const backoff = createBackoff(BACKOFF);
  let connection: Connection | undefined;
  let isBusy = false;
  let isClosed = false;

  async function ensureConnected(): Promise<number> {
    if (connection || isClosed) return CHECK_MS;
    // It may break before it is ours; then `isLost` tells.
    let fresh: Connection | undefined;
    fresh = await connect((error) => lose(fresh, error));
    await prepare(fresh);
    if (isClosed) {
      await fresh.end();
      return CHECK_MS;
    }
    if (fresh.isLost) throw new Error("the connection broke while it was made");
    connection = fresh;
    backoff.reset();
    metrics.writersConnected.inc();
    log.info({}, "a writer is connected");
    onChange();
    return CHECK_MS;
  }

  async function prepare(fresh: Connection): Promise<void> {
    try {
      await fresh.client.query(DURABLE_COMMITS);
      // Arrays of any size are planned the same way.
      await fresh.client.query("set plan_cache_mode = force_generic_plan");
      await horizon.reload(fresh.client);
    } catch (error) {
      await fresh.end();
      throw error;
    }
  }

  function lose(lost: Connection | undefined, error: unknown): void {
    if (!lost || connection !== lost) return;
    connection = undefined;
    metrics.writersConnected.dec();
    log.warn({ err: error }, "a writer lost its connection; connecting again");
    void lost.end();
    onChange();
    loop.wake();
  }

  async function flush(rows: readonly ActivationRow[]): Promise<FlushResult | undefined> {
    const current = connection;
    if (!current || isBusy)
      throw new SlimmerError("INTERNAL", "a flush was given to a busy writer");
    isBusy = true;
    metrics.flushRows.observe(rows.length);
    const stop = metrics.flushSeconds.startTimer();
    try {
      return await flushRows(current.client, rows, horizon, repeats);
    } catch (error) {
      const cause = error instanceof SlimmerError ? error.reason : "INTERNAL";
      metrics.flushFailures.inc({ cause });
      if (!ANSWERED.has(cause)) lose(current, error);
      throw error;
    } finally {
      stop();
      isBusy = false;
      onChange();
    }
  }

  const loop: Loop = startLoop(ensureConnected, (error) => {
    const restMs = backoff.nextMs();
    log.warn({ err: error, restMs }, "a writer can't connect; trying again");
    return restMs;
  });

  return {
    get isIdle() {
      return connection !== undefined && !isBusy;
    },
    get isConnected() {
      return connection !== undefined;
    },
    flush,
    async close() {
      isClosed = true;
      await loop.stop();
      const last = connection;
      connection = undefined;
      if (last) metrics.writersConnected.dec();
      await last?.end();
    },
  };
}
