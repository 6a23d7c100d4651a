import type { ActivationRow } from "../domain/activation.ts";
import { SlimmerError } from "../domain/errors.ts";
import { type Deferred, deferred } from "../kit/deferred.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { FlushResult } from "./flush.ts";
import type { Writer } from "./writer.ts";

/** The call that waits for some rows. */
export type Caller = {
  /** Unix milliseconds after which nobody reads the answer; Infinity for none. */
  readonly deadlineMs: number;
  readonly isCancelled: boolean;
};

export type GroupCommit = {
  /**
   * Stores the rows of one call in one statement, shared with the calls that came at the same time. Settles after the
   * commit, with what was not simply stored, by place. Refuses at once when the queue is full or PostgreSQL is away.
   */
  add(rows: readonly ActivationRow[], caller: Caller): Promise<FlushResult | undefined>;
  /**
   * Settles as soon as the queue has room again; for streams, which can wait where calls are refused. `bytes` is what the
   * waiting holds in memory: beyond the bound of the queue in all, it rejects with INTAKE_FULL.
   */
  room(bytes: number): Promise<void>;
  readonly waitingRows: number;
  /** Whether any writer can store now. */
  readonly isConnected: boolean;
  /** Calls `listener` whenever isConnected has changed. */
  onConnection(listener: () => void): void;
  /** Whether rows wait that could go, or will soon: other work had better wait for a lull. */
  readonly isBusy: boolean;
  /**
   * Calls `listener` at each lull: nothing waits, and there is no writer that could take more, so there is nothing to do until
   * PostgreSQL has answered; or nothing is under way at all.
   */
  onLull(listener: () => void): void;
  /** Refuses new rows, stores those that wait, and closes the writers. */
  close(): Promise<void>;
};

export type GroupCommitOptions = {
  writers: (onChange: () => void) => readonly Writer[];
  maxFlushRows: number;
  limits: { rows: number; bytes: number; calls: number };
  metrics: Pick<Metrics, "waitingRows" | "waitingLimit">;
  nowMs(): number;
};

type Ticket = {
  rows: readonly ActivationRow[];
  bytes: number;
  caller: Caller;
  done: Deferred<FlushResult | undefined>;
};

/** About what a row takes in memory beside its attributes; these stand there twice, as text and as they came. */
const ROW_BYTES = 400;
const RETRY_AFTER_MS = 250;

/**
 * The bounded queue before the writers.
 *
 * Rows wait in tickets, one per call. Whenever a writer is idle it takes all tickets up to `maxFlushRows` rows, in order,
 * and stores them with one statement. The taking is put off to the end of the turn of the event loop (`setImmediate`), so
 * that calls that arrived in the same read of a socket share a statement; there is no timer, so a lone call waits for
 * nothing. While writers are busy, calls gather: the busier PostgreSQL is, the larger the groups.
 *
 * A ticket whose caller is gone or whose deadline has passed when its turn comes is not stored. Once a statement is on
 * its way it can't be taken back: its caller may get DEADLINE_EXCEEDED for rows that are stored, and a retry with the
 * same ids tells.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { maxFlushRows, limits, metrics, nowMs } = options;
  let waiting: Ticket[] = [];
  let waitingRows = 0;
  let waitingBytes = 0;
  let isScheduled = false;
  let isClosing = false;
  let flushing = 0;
  let roomWaiters: Deferred<void>[] = [];
  let outsideBytes = 0;
  let drained: Deferred<void> | undefined;
  let wasConnected = false;
  let connectionListener = () => {};
  let lullListener = () => {};
  const writers = options.writers(schedule);
  metrics.waitingLimit.set(limits.rows);

  function add(rows: readonly ActivationRow[], caller: Caller) {
    if (isClosing) return Promise.reject(shuttingDown());
    if (!isConnected()) return Promise.reject(away());
    if (isFull()) return Promise.reject(full(waitingRows));
    const ticket = {
      rows,
      bytes: bytesOf(rows),
      caller,
      done: deferred<FlushResult | undefined>(),
    };
    waiting.push(ticket);
    waitingRows += rows.length;
    waitingBytes += ticket.bytes;
    schedule();
    return ticket.done.promise;
  }

  function isFull(): boolean {
    return (
      waitingRows >= limits.rows || waitingBytes >= limits.bytes || waiting.length >= limits.calls
    );
  }

  function isConnected(): boolean {
    return writers.some((writer) => writer.isConnected);
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      dispatch();
    });
  }

  function dispatch(): void {
    if (wasConnected !== isConnected()) {
      wasConnected = !wasConnected;
      connectionListener();
    }
    if (waiting.length > 0 && !wasConnected) refuseAll(away());
    for (const writer of writers) {
      if (waiting.length === 0) break;
      if (writer.isIdle) void flush(writer, take());
    }
    metrics.waitingRows.set(waitingRows);
    if (!isFull()) {
      for (const waiter of roomWaiters) waiter.resolve();
      roomWaiters = [];
      outsideBytes = 0;
    }
    if (isClosing && waiting.length === 0 && flushing === 0) drained?.resolve();
    if (!isBusy()) lullListener();
  }

  function isBusy(): boolean {
    return waiting.length > 0 || (flushing > 0 && writers.some((writer) => writer.isIdle));
  }

  /** The next tickets for one statement, without those that nobody waits for any more. */
  function take(): Ticket[] {
    const taken: Ticket[] = [];
    const now = nowMs();
    let rows = 0;
    let next = 0;
    for (; next < waiting.length; next++) {
      const ticket = waiting[next] as Ticket;
      if (rows > 0 && rows + ticket.rows.length > maxFlushRows) break;
      const goneFor = reasonToDrop(ticket.caller, now);
      if (goneFor) {
        ticket.done.reject(goneFor);
        continue;
      }
      taken.push(ticket);
      rows += ticket.rows.length;
    }
    for (const ticket of next === waiting.length ? waiting : waiting.slice(0, next)) {
      waitingRows -= ticket.rows.length;
      waitingBytes -= ticket.bytes;
    }
    waiting = next === waiting.length ? [] : waiting.slice(next);
    return taken;
  }

  async function flush(writer: Writer, tickets: readonly Ticket[]): Promise<void> {
    if (tickets.length === 0) return;
    flushing += 1;
    const rows =
      tickets.length === 1 ? (tickets[0] as Ticket).rows : tickets.flatMap((ticket) => ticket.rows);
    try {
      settle(tickets, await writer.flush(rows));
    } catch (error) {
      for (const ticket of tickets) ticket.done.reject(error);
    } finally {
      flushing -= 1;
      schedule();
    }
  }

  function refuseAll(error: SlimmerError): void {
    for (const ticket of waiting) ticket.done.reject(error);
    waiting = [];
    waitingRows = 0;
    waitingBytes = 0;
  }

  return {
    add,
    room(bytes) {
      if (!isFull()) return Promise.resolve();
      if (outsideBytes + bytes > limits.bytes) return Promise.reject(full(waitingRows));
      outsideBytes += bytes;
      const waiter = deferred<void>();
      roomWaiters.push(waiter);
      return waiter.promise;
    },
    get waitingRows() {
      return waitingRows;
    },
    get isConnected() {
      return isConnected();
    },
    onConnection(listener) {
      connectionListener = listener;
    },
    get isBusy() {
      return isBusy();
    },
    onLull(listener) {
      lullListener = listener;
    },
    async close() {
      isClosing = true;
      drained = deferred();
      schedule();
      await drained.promise;
      await Promise.all(writers.map((writer) => writer.close()));
    },
  };
}

/** Gives each ticket its part of the result, with places counted from the ticket's first row. */
function settle(tickets: readonly Ticket[], result: FlushResult | undefined): void {
  if (!result) {
    for (const { done } of tickets) done.resolve(undefined);
    return;
  }
  let first = 0;
  for (const { rows, done } of tickets) {
    const duplicates = new Set<number>();
    const failures = new Map<number, SlimmerError>();
    for (let place = 0; place < rows.length; place++) {
      if (result.duplicates.has(first + place)) duplicates.add(place);
      const failure = result.failures.get(first + place);
      if (failure) failures.set(place, failure);
    }
    done.resolve({ duplicates, failures });
    first += rows.length;
  }
}

function reasonToDrop(caller: Caller, now: number): SlimmerError | undefined {
  if (caller.isCancelled) {
    return new SlimmerError("CALL_CANCELLED", "the caller went away; nothing was stored");
  }
  if (now >= caller.deadlineMs) {
    return new SlimmerError(
      "DEADLINE_PASSED",
      "the deadline passed in the queue; nothing was stored",
    );
  }
  return undefined;
}

/** About what rows, or the activations that they come from, take in memory. */
export function bytesOf(rows: readonly { attributes: string | undefined }[]): number {
  let bytes = rows.length * ROW_BYTES;
  for (const row of rows) if (row.attributes !== undefined) bytes += 2 * row.attributes.length;
  return bytes;
}

function full(waitingRows: number): SlimmerError {
  const message = `${waitingRows} activations already wait to be stored`;
  return new SlimmerError("INTAKE_FULL", message, { retryAfterMs: RETRY_AFTER_MS });
}

function away(): SlimmerError {
  return new SlimmerError("STORE_AWAY", "the database can't be reached; try again", {
    retryAfterMs: 1_000,
  });
}

function shuttingDown(): SlimmerError {
  return new SlimmerError("SHUTTING_DOWN", "this server is shutting down; try again", {
    retryAfterMs: 1_000,
  });
}
