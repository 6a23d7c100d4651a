import { createBackoff } from "../kit/backoff.ts";
import { deferred } from "../kit/deferred.ts";
import { startLoop } from "../kit/loop.ts";
import type { Connection } from "../store/connection.ts";
import { tryLead } from "../store/leadership.ts";

export type LeaderOptions = {
  connect(onLost: (error: Error) => void): Promise<Connection>;
  /** One round of the leader's work, on the connection that holds the lead: who loses the lead can't go on working. */
  work(client: Connection["client"]): Promise<void>;
  intervalMs: number;
  onChange(isLeader: boolean): void;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
};

export type Leader = {
  readonly isConnected: boolean;
  readonly isLeader: boolean;
  /** Settles with the first round, however it went. */
  readonly firstRound: Promise<void>;
  close(): Promise<void>;
};

const FOLLOW_MS = 5_000;
const BACKOFF = { minMs: 500, maxMs: 15_000 };

/**
 * Any number of keepers run, one leads: the one whose connection holds the advisory lock. PostgreSQL frees it with the
 * connection, so the lead passes on within seconds of a crash.
 *
 * away → (connected) following → (lock is free) leading; a lost connection or a failed round leads back to away.
 */
export function startLeader(options: LeaderOptions): Leader {
  const { connect, work, intervalMs, onChange, log } = options;
  const backoff = createBackoff(BACKOFF);
  let connection: Connection | undefined;
  let isLeader = false;
  let workDueAt = 0;
  const firstRound = deferred<void>();

  async function round(): Promise<number> {
    if (!connection) {
      let fresh: Connection | undefined;
      fresh = await connect((error) => {
        if (!fresh || connection !== fresh) return;
        log.warn({ err: error }, "the keeper lost its connection; connecting again");
        drop();
        loop.wake();
      });
      connection = fresh;
    }
    const { client } = connection;
    if (!isLeader) {
      if (!(await tryLead(client))) return FOLLOW_MS;
      setLeader(true);
      workDueAt = 0;
    }
    if (performance.now() >= workDueAt) {
      await work(client);
      workDueAt = performance.now() + intervalMs;
    } else {
      await client.query("select 1");
    }
    backoff.reset();
    return Math.min(FOLLOW_MS, Math.max(0, workDueAt - performance.now()));
  }

  function setLeader(now: boolean): void {
    if (isLeader === now) return;
    isLeader = now;
    log.info({}, now ? "this keeper leads" : "this keeper leads no more");
    onChange(now);
  }

  function drop(): void {
    const lost = connection;
    connection = undefined;
    setLeader(false);
    void lost?.end();
  }

  const loop = startLoop(
    () => round().finally(firstRound.resolve),
    (error) => {
      const restMs = backoff.nextMs();
      log.warn({ err: error, restMs }, "a round of the keeper failed; trying again");
      drop();
      return restMs;
    },
  );

  return {
    get isConnected() {
      return connection !== undefined;
    },
    get isLeader() {
      return isLeader;
    },
    firstRound: firstRound.promise,
    async close() {
      await loop.stop();
      const last = connection;
      connection = undefined;
      setLeader(false);
      await last?.end();
    },
  };
}
