import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { createTurns } from "../../src/kit/turns.ts";

/** Turns of which each takes one millisecond by a clock that only they move. */
function start(budgetMs: number) {
  let nowMs = 0;
  const log: string[] = [];
  const turns = createTurns({ budgetMs, nowMs: () => nowMs });
  async function work(name: string) {
    await turns.take();
    // What a turn does without waiting belongs to it, however many promises that takes.
    for (let step = 0; step < 10; step += 1) await Promise.resolve();
    nowMs += 1;
    log.push(name);
  }
  async function countRounds(count: number) {
    for (let round = 0; round < count; round += 1) {
      await setImmediate();
      log.push("|");
    }
  }
  return { work, countRounds, log };
}

afterEach(() => {
  vi.useRealTimers();
});

test("takes turns in order, with a round of the event loop whenever the budget is used up", async () => {
  const { work, countRounds, log } = start(2);
  const all = ["a", "b", "c", "d", "e"].map(work);
  await Promise.all([...all, countRounds(3)]);
  expect(log.join("")).toBe("ab|cd|e|");
});

test("whoever comes again waits for those who asked before", async () => {
  const { work, log } = start(1);
  const twice = work("a").then(() => work("a"));
  await Promise.all([twice, work("b"), work("c")]);
  expect(log.join("")).toBe("abca");
});

test("goes on after a while of nothing", async () => {
  const { work, log } = start(1);
  await work("a");
  await setImmediate();
  await Promise.all([work("b"), work("c")]);
  expect(log.join("")).toBe("abc");
});

test("turns wait for a lull where something more pressing is under way", async () => {
  let isBusy = true;
  const turns = createTurns({ budgetMs: 1, isBusy: () => isBusy, patienceMs: 60_000 });
  const log: string[] = [];
  const work = turns.take().then(() => log.push("turn"));
  await setImmediate();
  await setImmediate();
  expect(log).toEqual([]);
  isBusy = false;
  turns.lull();
  await work;
  expect(log).toEqual(["turn"]);
});

test("turns that a lull was too short for wait for the next", async () => {
  let nowMs = 0;
  const turns = createTurns({
    budgetMs: 1,
    isBusy: () => true,
    patienceMs: 60_000,
    nowMs: () => nowMs,
  });
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) {
    void turns.take().then(() => {
      nowMs += 1;
      log.push(name);
    });
  }
  const seen: string[] = [];
  for (let lull = 0; lull < 3; lull += 1) {
    turns.lull();
    await setImmediate();
    await setImmediate();
    seen.push(log.join(""));
  }
  expect(seen).toEqual(["a", "ab", "abc"]);
});

test("where no lull comes, turns go on after a while all the same", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const turns = createTurns({ budgetMs: 1, isBusy: () => true, patienceMs: 20 });
  const log: string[] = [];
  const work = turns.take().then(() => log.push("turn"));
  vi.advanceTimersByTime(19);
  await setImmediate();
  expect(log).toEqual([]);
  vi.advanceTimersByTime(1);
  await work;
  expect(log).toEqual(["turn"]);
});

test("a lull that nobody waits for is nothing", async () => {
  const turns = createTurns({ budgetMs: 1 });
  turns.lull();
  await setImmediate();
  await turns.take();
});
