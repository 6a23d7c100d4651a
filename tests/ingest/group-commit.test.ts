import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { SlimmerError } from "../../src/domain/errors.ts";
import type { FlushResult } from "../../src/ingest/flush.ts";
import { type Caller, createGroupCommit } from "../../src/ingest/group-commit.ts";
import type { Writer } from "../../src/ingest/writer.ts";
import { type Deferred, deferred } from "../../src/kit/deferred.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { rowOf, rowsOf } from "../support/rows.ts";

const PATIENT: Caller = { deadlineMs: Number.POSITIVE_INFINITY, isCancelled: false };

/** A writer whose writes last until the test ends them. */
class FakeWriter implements Writer {
  isConnected = true;
  isClosed = false;
  readonly flushes: { rows: readonly ActivationRow[]; done: Deferred<FlushResult | undefined> }[] =
    [];
  #isBusy = false;
  readonly #onChange: () => void;
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }
  get isIdle() {
    return this.isConnected && !this.#isBusy;
  }
  async flush(rows: readonly ActivationRow[]) {
    if (!this.isIdle) throw new Error("a flush was given to a busy writer");
    this.#isBusy = true;
    const done = deferred<FlushResult | undefined>();
    this.flushes.push({ rows, done });
    try {
      return await done.promise;
    } finally {
      this.#isBusy = false;
      this.#onChange();
    }
  }
  /** How many rows each write had. */
  get sizes() {
    return this.flushes.map(({ rows }) => rows.length);
  }
  /** Ends the last write; whatever follows from that has happened when it settles. */
  async finish(result?: FlushResult) {
    this.flushes.at(-1)?.done.resolve(result);
    await turn();
    await turn();
  }
  setConnected(isConnected: boolean) {
    this.isConnected = isConnected;
    this.#onChange();
  }
  async close() {
    this.isClosed = true;
  }
}

function start({
  writers: count = 1,
  nowMs = () => 0,
  maxFlushRows = 100,
  ...limits
}: {
  writers?: number;
  nowMs?: () => number;
  maxFlushRows?: number;
  rows?: number;
  bytes?: number;
  calls?: number;
} = {}) {
  const writers: FakeWriter[] = [];
  const commit = createGroupCommit({
    writers(onChange) {
      for (let number = 0; number < count; number++) writers.push(new FakeWriter(onChange));
      return writers;
    },
    maxFlushRows,
    limits: { rows: 10_000, bytes: 10_000_000, calls: 10_000, ...limits },
    metrics: createMetrics({ defaults: false }),
    nowMs,
  });
  /** How an addition stands: "waits", or what it settled with. */
  function add(rows: readonly ActivationRow[], caller = PATIENT) {
    const state: { now: unknown } = { now: "waits" };
    commit.add(rows, caller).then(
      (result) => {
        state.now = result ?? "stored";
      },
      (error: SlimmerError) => {
        state.now = error.reason ?? error;
      },
    );
    return state;
  }
  return { commit, add, writers, writer: writers[0] as FakeWriter };
}

afterEach(() => {
  vi.useRealTimers();
});

test("acknowledges only after the write", async () => {
  const { add, writer } = start();
  const call = add(rowsOf(1));
  await turn();
  await turn();
  expect(writer.sizes).toEqual([1]);
  expect(call.now).toBe("waits");
  await writer.finish();
  expect(call.now).toBe("stored");
});

test("calls of one turn of the event loop share one write", async () => {
  const { add, writer } = start();
  add(rowsOf(1));
  await Promise.resolve();
  add(rowsOf(2));
  add(rowsOf(3));
  await turn();
  expect(writer.sizes).toEqual([6]);
});

test("a lone call is written without a timer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval"] });
  const { add, writer } = start();
  const call = add(rowsOf(1));
  await turn();
  expect(writer.sizes).toEqual([1]);
  await writer.finish();
  expect(call.now).toBe("stored");
  expect(vi.getTimerCount()).toBe(0);
});

test("calls gather while all writers are busy", async () => {
  const { add, writers } = start({ writers: 2 });
  const [first, second] = writers as [FakeWriter, FakeWriter];
  for (let number = 0; number < 6; number++) {
    add(rowsOf(1));
    await turn();
  }
  expect([first.sizes, second.sizes]).toEqual([[1], [1]]);
  await second.finish();
  expect([first.sizes, second.sizes]).toEqual([[1], [1, 4]]);
});

test("one write takes no more than maxFlushRows, in order, and the rest goes to the next writer", async () => {
  const { add, writers } = start({ writers: 2, maxFlushRows: 10 });
  const [first, second] = writers as [FakeWriter, FakeWriter];
  const calls = [4, 4, 4, 4].map((count) => rowsOf(count));
  for (const rows of calls) add(rows);
  await turn();
  expect([first.sizes, second.sizes]).toEqual([[8], [8]]);
  expect(first.flushes[0]?.rows).toEqual(calls.slice(0, 2).flat());
  expect(second.flushes[0]?.rows).toEqual(calls.slice(2).flat());
});

test("a batch is never split, even where it is larger than maxFlushRows", async () => {
  const { add, writer } = start({ maxFlushRows: 10 });
  add(rowsOf(3));
  add(rowsOf(25));
  add(rowsOf(3));
  await turn();
  await writer.finish();
  await writer.finish();
  expect(writer.sizes).toEqual([3, 25, 3]);
});

describe("a full queue refuses at once", () => {
  test("by rows, and takes calls again when there is room", async () => {
    const { commit, add, writer } = start({ rows: 10 });
    const first = add(rowsOf(1));
    await turn();
    const taken = add(rowsOf(10));
    const refused = commit.add(rowsOf(1), PATIENT);
    await expect(refused).rejects.toMatchObject({
      reason: "INTAKE_FULL",
      retryAfterMs: expect.any(Number),
    });
    expect(commit.waitingRows).toBe(10);
    await writer.finish();
    expect(commit.waitingRows).toBe(0);
    const later = add(rowsOf(1));
    await writer.finish();
    await writer.finish();
    expect([first.now, taken.now, later.now]).toEqual(["stored", "stored", "stored"]);
  });

  test("by bytes", async () => {
    const { add } = start({ bytes: 10_000 });
    const large = add([rowOf({ attributes: `{"a":"${"x".repeat(10_000)}"}` })]);
    const next = add(rowsOf(1));
    await turn();
    expect([large.now, next.now]).toEqual(["waits", "INTAKE_FULL"]);
  });

  test("by calls", async () => {
    const { add } = start({ calls: 2 });
    const calls = [add(rowsOf(1)), add(rowsOf(1)), add(rowsOf(1))];
    await turn();
    expect(calls.map((call) => call.now)).toEqual(["waits", "waits", "INTAKE_FULL"]);
  });
});

test("bytes are freed with the rows that held them", async () => {
  const { add, writer } = start({ bytes: 5_000 });
  for (let round = 0; round < 5; round++) {
    const call = add([rowOf({ attributes: `{"a":"${"x".repeat(4_000)}"}` })]);
    await turn();
    await writer.finish();
    expect(call.now).toBe("stored");
  }
});

test("a call that was cancelled while it waited is not written", async () => {
  const { commit, add, writer } = start();
  const caller = { deadlineMs: Number.POSITIVE_INFINITY, isCancelled: false };
  add(rowsOf(1));
  await turn();
  const gone = add(rowsOf(5), caller);
  const stays = add(rowsOf(2));
  caller.isCancelled = true;
  await writer.finish();
  expect([gone.now, stays.now]).toEqual(["CALL_CANCELLED", "waits"]);
  expect(writer.sizes).toEqual([1, 2]);
  expect(commit.waitingRows).toBe(0);
});

test("a call whose deadline passed while it waited is not written", async () => {
  let now = 1_000;
  const { add, writer } = start({ nowMs: () => now });
  add(rowsOf(1));
  await turn();
  const late = add(rowsOf(5), { deadlineMs: 2_000, isCancelled: false });
  const inTime = add(rowsOf(2), { deadlineMs: 2_001, isCancelled: false });
  now = 2_000;
  await writer.finish();
  expect([late.now, inTime.now]).toEqual(["DEADLINE_PASSED", "waits"]);
  expect(writer.sizes).toEqual([1, 2]);
});

test("a queue of nobody but gone callers leaves the writer idle for the next", async () => {
  const { add, writer } = start();
  const gone = add(rowsOf(5), { deadlineMs: Number.POSITIVE_INFINITY, isCancelled: true });
  await turn();
  expect([gone.now, writer.sizes]).toEqual(["CALL_CANCELLED", []]);
  add(rowsOf(1));
  await turn();
  expect(writer.sizes).toEqual([1]);
});

describe("while PostgreSQL is away", () => {
  test("calls are refused at once", async () => {
    const { commit, writer } = start();
    writer.isConnected = false;
    expect(commit.isConnected).toBe(false);
    await expect(commit.add(rowsOf(1), PATIENT)).rejects.toMatchObject({
      reason: "STORE_AWAY",
      retryAfterMs: expect.any(Number),
    });
  });

  test("those who wait are refused at once, and the queue is empty", async () => {
    const { commit, add, writers } = start({ writers: 2 });
    const busy = [add(rowsOf(1)), undefined];
    await turn();
    busy[1] = add(rowsOf(1));
    await turn();
    const waiting = add(rowsOf(7));
    writers[0]?.setConnected(false);
    await turn();
    expect(waiting.now).toBe("waits");
    writers[1]?.setConnected(false);
    await turn();
    expect([waiting.now, commit.waitingRows]).toEqual(["STORE_AWAY", 0]);
    expect(busy.map((call) => call?.now)).toEqual(["waits", "waits"]);
  });

  test("whoever listens learns of each change, once", async () => {
    const { commit, writers } = start({ writers: 2 });
    const seen: boolean[] = [];
    commit.onConnection(() => seen.push(commit.isConnected));
    for (const writer of writers) writer.isConnected = false;
    for (const [writer, isConnected] of [
      [0, true],
      [1, true],
      [0, false],
      [1, false],
      [1, true],
    ] as const) {
      writers[writer]?.setConnected(isConnected);
      await turn();
    }
    expect(seen).toEqual([true, false, true]);
  });
});

describe("each call gets its own part of the result", () => {
  test("duplicates and failures by their place in the call", async () => {
    const { add, writer } = start();
    const calls = [add(rowsOf(2)), add(rowsOf(3)), add(rowsOf(1))];
    const failure = new SlimmerError("INTERNAL", "refused");
    await turn();
    await writer.finish({ duplicates: new Set([1, 2]), failures: new Map([[4, failure]]) });
    expect(calls.map((call) => call.now)).toEqual([
      { duplicates: new Set([1]), failures: new Map() },
      { duplicates: new Set([0]), failures: new Map([[2, failure]]) },
      { duplicates: new Set(), failures: new Map() },
    ]);
  });

  test("the places are right where a call was dropped in between", async () => {
    const { add, writer } = start();
    const gone = { deadlineMs: Number.POSITIVE_INFINITY, isCancelled: true };
    const calls = [add(rowsOf(2)), add(rowsOf(3), gone), add(rowsOf(2))];
    await turn();
    expect(writer.sizes).toEqual([4]);
    await writer.finish({ duplicates: new Set([2]), failures: new Map() });
    expect(calls.map((call) => call.now)).toEqual([
      { duplicates: new Set(), failures: new Map() },
      "CALL_CANCELLED",
      { duplicates: new Set([0]), failures: new Map() },
    ]);
  });

  test("a write that fails fails its calls alone", async () => {
    const { add, writers } = start({ writers: 2 });
    const failing = add(rowsOf(1));
    await turn();
    const other = add(rowsOf(1));
    await turn();
    writers[0]?.flushes[0]?.done.reject(new SlimmerError("STORE_AWAY", "gone"));
    writers[1]?.flushes[0]?.done.resolve(undefined);
    await turn();
    expect([failing.now, other.now]).toEqual(["STORE_AWAY", "stored"]);
  });
});

test("room() settles at once while there is room, else when there is some again", async () => {
  const { commit, add, writer } = start({ rows: 5 });
  await commit.room(0);
  add(rowsOf(1));
  await turn();
  add(rowsOf(5));
  let hasRoom = 0;
  void commit.room(0).then(() => {
    hasRoom += 1;
  });
  void commit.room(0).then(() => {
    hasRoom += 1;
  });
  await turn();
  expect(hasRoom).toBe(0);
  await writer.finish();
  expect(hasRoom).toBe(2);
});

test("room() settles when those who wait are refused", async () => {
  const { commit, add, writer } = start({ rows: 5 });
  add(rowsOf(1));
  await turn();
  add(rowsOf(5));
  let hasRoom = false;
  void commit.room(0).then(() => {
    hasRoom = true;
  });
  writer.setConnected(false);
  await turn();
  expect(hasRoom).toBe(true);
});

describe("close()", () => {
  test("stores what waits, refuses what is new, and closes the writers last", async () => {
    const { commit, add, writer } = start();
    const first = add(rowsOf(1));
    await turn();
    const waiting = add(rowsOf(2));
    let isClosed = false;
    const closing = commit.close().then(() => {
      isClosed = true;
    });
    const refused = add(rowsOf(1));
    await writer.finish();
    expect([first.now, waiting.now, refused.now]).toEqual(["stored", "waits", "SHUTTING_DOWN"]);
    expect([isClosed, writer.isClosed]).toEqual([false, false]);
    await writer.finish();
    await closing;
    expect(waiting.now).toBe("stored");
    expect(writer.isClosed).toBe(true);
    expect(writer.sizes).toEqual([1, 2]);
  });

  test("ends when there is nothing to do", async () => {
    const { commit, writer } = start();
    await commit.close();
    expect(writer.isClosed).toBe(true);
  });

  test("ends while PostgreSQL is away, and refuses those who wait", async () => {
    const { commit, add, writer } = start();
    const busy = add(rowsOf(1));
    await turn();
    const waiting = add(rowsOf(1));
    const closing = commit.close();
    writer.flushes[0]?.done.reject(new SlimmerError("STORE_AWAY", "gone"));
    writer.setConnected(false);
    await closing;
    expect([busy.now, waiting.now]).toEqual(["STORE_AWAY", "STORE_AWAY"]);
  });
});

test("a lull is when nothing waits and no writer could take more, or when nothing is under way", async () => {
  const { commit, add, writers } = start({ writers: 2 });
  const [first, second] = writers as [FakeWriter, FakeWriter];
  let lulls = 0;
  commit.onLull(() => {
    lulls += 1;
  });
  expect(commit.isBusy).toBe(false);

  add(rowsOf(1));
  expect(commit.isBusy).toBe(true);
  await turn();
  // The other writer could take what comes next.
  expect([commit.isBusy, lulls]).toEqual([true, 0]);
  add(rowsOf(1));
  await turn();
  expect([commit.isBusy, lulls]).toEqual([false, 1]);
  add(rowsOf(1));
  await turn();
  expect([commit.isBusy, lulls]).toEqual([true, 1]);

  // The rows that waited go to the writer that is idle, and both are busy again.
  await first.finish();
  expect([commit.isBusy, lulls]).toEqual([false, 2]);
  await second.finish();
  expect(commit.isBusy).toBe(true);
  await first.finish();
  expect(commit.isBusy).toBe(false);
  expect(lulls).toBeGreaterThan(2);
});
