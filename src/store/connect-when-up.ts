import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { createBackoff } from "../kit/backoff.ts";
import { type Connection, connect } from "./connection.ts";
import { isNotUp } from "./pg-errors.ts";

export type WaitOptions = {
  waitMs: number;
  /** Ends the wait, with an error. */
  signal?: AbortSignal;
  log: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
};

/**
 * Like `connect`, for a PostgreSQL that may start at the same time: one that does not answer is tried again, for
 * `waitMs` milliseconds. What no waiting mends (a wrong password, a missing database) is thrown at once. The last attempt
 * may take the connection's own timeout beyond that.
 */
export async function connectWhenUp(
  config: pg.ClientConfig,
  name: string,
  { waitMs, signal, log }: WaitOptions,
): Promise<Connection> {
  const startedAt = performance.now();
  const backoff = createBackoff({ minMs: 100, maxMs: 1_000 });
  for (let isFirst = true; ; isFirst = false) {
    try {
      const connection = await connect(config, name);
      const ms = Math.round(performance.now() - startedAt);
      if (!isFirst) log.info({ ms }, "PostgreSQL answers");
      return connection;
    } catch (error) {
      const leftMs = startedAt + waitMs - performance.now();
      if (leftMs <= 0 || !isNotUp(error)) throw error;
      if (isFirst) {
        log.warn({ err: error, waitMs }, "PostgreSQL does not answer yet; waiting for it");
      }
      await wait(Math.min(backoff.nextMs(), leftMs), undefined, signal ? { signal } : {});
    }
  }
}
