import { expect, test } from "vitest";
import { gapAxis } from "../../src/dashboard/charts/gap-axis.ts";
import { gapWords } from "../../src/dashboard/charts/gap-histogram.tsx";

test("bins go on without holes from the shortest gap to the silence of now", () => {
  const { bins } = gapAxis(
    [
      { atLeastMs: 4_000, count: 3 },
      { atLeastMs: 1_000, count: 2 },
    ],
    [20_000],
  );

  expect(bins.map(({ fromMs, count }) => [fromMs, count])).toEqual([
    [1_000, 2],
    [2_000, 0],
    [4_000, 3],
    [8_000, 0],
    [16_000, 0],
  ]);
});

test("a duration lies in its bin, by its logarithm", () => {
  const { place } = gapAxis(
    [
      { atLeastMs: 1_000, count: 2 },
      { atLeastMs: 2_000, count: 2 },
    ],
    [],
  );

  expect(place(1_000)).toBe(0);
  expect(place(2_000)).toBeCloseTo(0.5);
  expect(place(2_000 * Math.SQRT2)).toBeCloseTo(0.75);
  expect(place(1)).toBe(0);
  expect(place(1e9)).toBe(1);
});

test("gaps of next to no time have a bin of their own, from nothing on", () => {
  const { bins } = gapAxis(
    [
      { atLeastMs: 0, count: 5 },
      { atLeastMs: 100, count: 1 },
    ],
    [],
  );

  expect(bins).toEqual([
    { fromMs: 0, toMs: 100, count: 5 },
    { fromMs: 100, toMs: 200, count: 1 },
  ]);
});

test("a silence of years beside gaps of milliseconds makes no endless axis", () => {
  expect(gapAxis([{ atLeastMs: 0.001, count: 1 }], [1e14]).bins.length).toBeLessThanOrEqual(48);
  expect(gapAxis([], []).bins.length).toBe(1);
});

test("the picture can be read as a sentence", () => {
  const words = gapWords({
    buckets: [{ atLeastMs: 1_000, count: 1_200 }],
    medianMs: 1_500,
    p90Ms: undefined,
    currentMs: 9_000,
    durationWords: (ms) => `${ms / 1_000} s`,
  });

  expect(words).toBe("1,200 gaps between firings, half of them at most 1.5 s, silent now for 9 s.");
});
