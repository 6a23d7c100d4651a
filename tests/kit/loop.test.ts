import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Deferred, deferred } from "../../src/kit/deferred.ts";
import { startLoop } from "../../src/kit/loop.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything happen that needs no time. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const unexpected = (error: unknown): number => {
  throw error;
};

/** A loop whose runs last until the test ends them. */
function start() {
  const runs: Deferred<number>[] = [];
  const loop = startLoop(() => {
    const run = deferred<number>();
    runs.push(run);
    return run.promise;
  }, unexpected);
  return { loop, runs };
}

test("runs at once, and again after as long as the last run asked", async () => {
  const { loop, runs } = start();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(500);
  await vi.advanceTimersByTimeAsync(499);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(2);
  runs[1]?.resolve(0);
  await loop.stop();
});

test("never runs twice at a time, however often it is woken", async () => {
  const { loop, runs } = start();
  for (let time = 0; time < 5; time++) loop.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1_000);
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve(1_000);
  await settle();
  expect(runs).toHaveLength(2);
  await loop.stop();
});

test("wake cuts a wait short, and leaves no second timer", async () => {
  const { loop, runs } = start();
  runs[0]?.resolve(60_000);
  await settle();
  loop.wake();
  expect(runs).toHaveLength(2);
  loop.wake();
  runs[1]?.resolve(60_000);
  await settle();
  expect(runs).toHaveLength(3);
  runs[2]?.resolve(60_000);
  await settle();
  expect(vi.getTimerCount()).toBe(1);
  await loop.stop();
});

test("a run that throws rests for as long as onError says, and the loop goes on", async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const loop = startLoop(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error("no luck");
      return 60_000;
    },
    (error) => {
      errors.push(error);
      return 300;
    },
  );
  await vi.advanceTimersByTimeAsync(299);
  expect([runs, errors]).toEqual([1, [new Error("no luck")]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  await loop.stop();
});

test("stop waits for the run under way, and nothing runs after it", async () => {
  const { loop, runs } = start();
  let isStopped = false;
  const stopping = loop.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  runs[0]?.resolve(0);
  await stopping;
  loop.wake();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("stop during a wait ends it", async () => {
  const { loop, runs } = start();
  runs[0]?.resolve(60_000);
  await settle();
  await loop.stop();
  expect(vi.getTimerCount()).toBe(0);
  await loop.stop();
});
