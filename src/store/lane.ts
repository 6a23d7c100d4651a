import type pg from "pg";
import { SlimmerError } from "../domain/errors.ts";
import { toStoreError } from "./pg-errors.ts";
import type { Queryable } from "./queryable.ts";

/** A share of the pool for one kind of work, so that a flood of one kind leaves room for the others. */
export type Lane = {
  /** Runs `work` with a connection; waits at most `waitMs` for it, and refuses at once when too many wait already. */
  run<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  /** The same within one transaction: committed when `work` is done, rolled back when it throws. */
  transaction<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  readonly waiting: number;
};

export type LaneOptions = { pool: pg.Pool; width: number; maxWaiting: number; waitMs: number };

/**
 * At most `width` of the pool's connections serve this lane; the widths of all lanes must add up to no more than the
 * pool's size, so a lane's turn is also a connection. Errors leave as SlimmerErrors.
 */
export function createLane({ pool, width, maxWaiting, waitMs }: LaneOptions): Lane {
  let running = 0;
  const queue: { start: () => void }[] = [];

  async function enter(): Promise<void> {
    if (running < width) {
      running += 1;
      return;
    }
    if (queue.length >= maxWaiting) {
      throw busy(`${queue.length} requests already wait for a database connection`);
    }
    await new Promise<void>((resolve, reject) => {
      const ticket = {
        start() {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(ticket), 1);
        reject(busy(`no database connection was free within ${waitMs} ms`));
      }, waitMs);
      queue.push(ticket);
    });
  }

  function leave(): void {
    const next = queue.shift();
    if (next) next.start();
    else running -= 1;
  }

  async function run<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    await enter();
    try {
      const client = await pool.connect().catch((cause: unknown) => {
        throw away(cause);
      });
      // pg takes its own listener away while a client is out: without one, a connection that breaks ends the process.
      client.on("error", ignore);
      let failed: unknown;
      try {
        return await work(client);
      } catch (error) {
        failed = error;
        throw error;
      } finally {
        // A connection that failed in any way but a refusal of our own is not given to the next one.
        const isBroken = failed !== undefined && !(failed instanceof SlimmerError);
        if (!isBroken) client.off("error", ignore);
        client.release(isBroken);
      }
    } catch (error) {
      throw toStoreError(error);
    } finally {
      leave();
    }
  }

  return {
    run,
    transaction: (work) =>
      run(async (client) => {
        await client.query("begin");
        try {
          const result = await work(client);
          await client.query("commit");
          return result;
        } catch (error) {
          await client.query("rollback").catch(() => {});
          throw error;
        }
      }),
    get waiting() {
      return queue.length;
    },
  };
}

/** The statement under way, or the next one, tells the same. */
function ignore(): void {}

/** Whatever kept a connection from being made: TLS, a wrong password, a server that is gone. */
function away(cause: unknown): SlimmerError {
  return new SlimmerError("STORE_AWAY", "the database can't be reached; try again", {
    retryAfterMs: 1_000,
    cause,
  });
}

function busy(message: string): SlimmerError {
  return new SlimmerError("STORE_BUSY", message, { retryAfterMs: 500 });
}
