import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
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
