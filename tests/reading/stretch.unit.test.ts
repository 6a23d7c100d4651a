import fc from "fast-check";
import { expect, test } from "vitest";
import { holdStretch, inStretches } from "../../src/reading/feed/stretch.ts";
import type { FeedRecord } from "../../src/store/feed-record.ts";

const FIRST_NO = 7;

const markOf = (no: number) => 1_000 + no;

/** Records of so many rows each, whose sequence numbers go on from one to the next. */
function recordsOf(counts: readonly number[]): FeedRecord[] {
  let before = 0;
  return counts.map((count, place) => {
    const start = before;
    before += count;
    const seq = (row: number) => start + row;
    const no = FIRST_NO + place;
    const marks = { mark: markOf(no), markBefore: markOf(no - 1) };
    return { no, ...marks, count, seq } as Partial<FeedRecord> as FeedRecord;
  });
}

/** How many rows each record has; one of presence alone has none. */
const someCounts = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 8 });

test("each row is found in its record, and at its position", () => {
  fc.assert(
    fc.property(someCounts, (counts) => {
      const stretch = holdStretch(recordsOf(counts));
      expect(stretch.count).toBe(counts.reduce((sum, count) => sum + count, 0));
      for (let row = 0; row < stretch.count; row += 1) {
        const record = stretch.recordOf(row);
        const index = stretch.indexOf(row);
        expect(record.seq(index)).toBe(row);
        const position = stretch.positionAt(row);
        expect(position).toMatchObject({ no: record.no, index });
        expect(stretch.rowAt(position)).toBe(row);
        expect(stretch.follows(position)).toBe(true);
      }
    }),
  );
});

test("behind a row is the next one, or the next record", () => {
  fc.assert(
    fc.property(someCounts, (counts) => {
      const stretch = holdStretch(recordsOf(counts));
      for (let row = 0; row < stretch.count; row += 1) {
        const position = stretch.positionAfter(row);
        const isWithin = position.no < stretch.nextNo;
        expect(isWithin ? stretch.rowAt(position) : stretch.count).toBe(row + 1);
        expect(isWithin ? stretch.follows(position) : position).toEqual(isWithin || stretch.end);
        expect(position.index).toBeLessThan(Math.max(1, counts[position.no - FIRST_NO] ?? 1));
      }
    }),
  );
});

test("a position behind the end of its record is not in the middle of the next one", () => {
  const stretch = holdStretch(recordsOf([2, 3]));
  expect(stretch.rowAt({ no: FIRST_NO, index: 4, mark: markOf(FIRST_NO) })).toBe(2);
});

test("a position of another history is not gone on from, be it before a record or within", () => {
  const stretch = holdStretch(recordsOf([2, 3]));
  for (const [no, index, last] of [
    [FIRST_NO, 0, FIRST_NO - 1],
    [FIRST_NO, 1, FIRST_NO],
    [FIRST_NO + 1, 0, FIRST_NO],
    [FIRST_NO + 1, 2, FIRST_NO + 1],
  ] as const) {
    expect(stretch.follows({ no, index, mark: markOf(last) })).toBe(true);
    expect(stretch.follows({ no, index, mark: markOf(last) + 10 })).toBe(false);
    expect(stretch.follows({ no, index, mark: 0 })).toBe(false);
  }
});

test("many records are taken in stretches without a gap, each of about a thousand rows", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 900 }), { maxLength: 30 }), (counts) => {
      const stretches = inStretches(recordsOf(counts));
      const ends = stretches.flatMap(({ firstNo, nextNo }) => [firstNo, nextNo]);
      const bounds = counts.length === 0 ? [] : [ends[0], ends.at(-1)];
      expect(bounds).toEqual(counts.length === 0 ? [] : [FIRST_NO, FIRST_NO + counts.length]);
      for (const [place, { firstNo, count }] of stretches.entries()) {
        expect(firstNo).toBe(stretches[place - 1]?.nextNo ?? FIRST_NO);
        expect(count).toBeLessThan(1_000 + 900);
        if (place < stretches.length - 1) expect(count).toBeGreaterThanOrEqual(1_000);
      }
    }),
  );
});
