import { expect, test } from "vitest";
import type { Completeness } from "../../src/dashboard/api/types.ts";
import { completenessLook, rangesWords } from "../../src/dashboard/views/run/completeness-words.ts";
import { holeMarks } from "../../src/dashboard/views/run/hole-marks.ts";

const whole: Completeness = {
  received: 1_204,
  expected: 1_204,
  missing: 0,
  gaps: [],
  gaps_truncated: false,
  uncounted: 0,
};
const holed: Completeness = {
  ...whole,
  received: 1_201,
  missing: 3,
  gaps: [
    { first: 118, last: 119 },
    { first: 640, last: 640 },
  ],
};

test("a run that lost nothing says so", () => {
  const { words, tone, more } = completenessLook(whole, "ENDED");

  expect(words).toBe("1,204 sent, 1,204 stored, 0 lost.");
  expect(tone).toBe("up");
  expect(more).toEqual([]);
});

test("what is missing is named", () => {
  const look = completenessLook(
    { ...holed, report: { sent: 1_201, spooled: 0, lost: 3 } },
    "ENDED",
  );

  expect(look.words).toBe("1,204 sent, 1,201 stored, 3 missing: 118, 119, 640.");
  expect(look.more).toEqual(["The client reports 3 dropped."]);
  expect(look.tone).toBe("down");
});

test("what waits on the client is no loss", () => {
  const look = completenessLook({ ...holed, report: { sent: 1_201, spooled: 3, lost: 0 } }, "LOST");

  expect(look.tone).toBe("late");
  expect(look.more).toEqual([
    "They wait in the client's spool, and come when it can send.",
    "The client reports 3 waiting in its spool.",
  ]);
});

test("a hole in a run that goes on may close yet; in one that is over it is a loss", () => {
  expect(completenessLook(holed, "RUNNING").tone).toBe("late");
  expect(completenessLook(holed, "RUNNING").more).toEqual(["They may still be on their way."]);
  expect(completenessLook(holed, "LOST").tone).toBe("down");
});

test("what the client dropped before it was counted shows beside a whole line", () => {
  const look = completenessLook(
    { ...whole, report: { sent: 1_204, spooled: 0, lost: 2 } },
    "ENDED",
  );

  expect(look.words).toBe("1,204 sent, 1,204 stored, 2 dropped by the client.");
  expect(look.tone).toBe("down");
});

test("a client that does not count is not said to be complete", () => {
  const look = completenessLook({ ...whole, received: 0, expected: 0, uncounted: 412 }, "RUNNING");

  expect(look.words).toBe(
    "412 stored. The client does not count its activations, so a loss would not show.",
  );
  expect(completenessLook(undefined, "RUNNING").words).toBe("Nothing sent yet.");
});

test("many holes are named by the first of them", () => {
  const gaps = Array.from({ length: 20 }, (_, index) => ({
    first: index * 10 + 1,
    last: index * 10 + 4,
  }));

  expect(rangesWords(gaps, false)).toMatch(/^1 to 4, 11 to 14, .* and more$/);
  expect(rangesWords(gaps.slice(0, 1), true)).toBe("1 to 4 and more");
});

test("a hole is drawn where it is, and wide enough to be seen", () => {
  expect(holeMarks(1_000, [{ first: 501, last: 600 }], 500)).toEqual([
    { x: 250, width: 50, first: 501, last: 600, count: 100 },
  ]);
  expect(holeMarks(1_000_000, [{ first: 1_000_000, last: 1_000_000 }], 500)).toEqual([
    { x: 497, width: 3, first: 1_000_000, last: 1_000_000, count: 1 },
  ]);
});

test("holes that would touch are drawn as one, and none of them is left out of its count", () => {
  const gaps = Array.from({ length: 1_000 }, (_, index) => ({
    first: index * 100 + 1,
    last: index * 100 + 1,
  }));
  const marks = holeMarks(100_000, gaps, 500);

  expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  expect(marks.length).toBeLessThan(200);
  expect(holeMarks(0, [], 500)).toEqual([]);
});
