import { expect, test } from "vitest";
import { restBetweenLooks } from "../../src/reading/feed/rest.ts";

test("what comes rarely comes at once, however many watch", () => {
  expect(restBetweenLooks(10_000, 1_999)).toBe(0);
});

test.each([
  [0, 0],
  [1, 20],
  [25, 500],
  [50, 1_000],
  [10_000, 1_000],
])(
  "%i who watch a busy feed are told after %i ms: 50 messages a second, and one for each",
  (watchers, restMs) => {
    expect(restBetweenLooks(watchers, 2_000)).toBe(restMs);
  },
);
