import { expect, test } from "vitest";
import { createBackoff } from "../../src/kit/backoff.ts";

test("waits double from the least to the most", () => {
  const backoff = createBackoff({ minMs: 100, maxMs: 1_000, random: () => 1 });
  const waits = Array.from({ length: 6 }, () => backoff.nextMs());
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test("each wait lies between half of itself and itself", () => {
  const [least, most] = [0, 1].map((luck) =>
    createBackoff({ minMs: 100, maxMs: 1_000, factor: 3, random: () => luck }),
  );
  expect([least?.nextMs(), most?.nextMs()]).toEqual([50, 100]);
  expect([least?.nextMs(), most?.nextMs()]).toEqual([150, 300]);
});

test("waits of which nothing is certain are drawn from nothing on", () => {
  const [least, most] = [0, 1].map((luck) =>
    createBackoff({ minMs: 100, maxMs: 1_000, certain: 0, random: () => luck }),
  );
  expect([least?.nextMs(), most?.nextMs()]).toEqual([0, 100]);
});

test("a success makes the next wait short again", () => {
  const backoff = createBackoff({ minMs: 100, maxMs: 1_000, random: () => 1 });
  backoff.nextMs();
  backoff.nextMs();
  backoff.reset();
  expect(backoff.nextMs()).toBe(100);
});

test("years of failures still wait for the most", () => {
  const backoff = createBackoff({ minMs: 100, maxMs: 1_000, random: () => 1 });
  for (let failure = 0; failure < 5_000; failure++) backoff.nextMs();
  expect(backoff.nextMs()).toBe(1_000);
});
