import type { SeqRange } from "../../api/types.ts";

/** A hole in the line of numbers, as it is drawn: from `x` on, `width` wide, for `count` missing from first to last. */
export type HoleMark = { x: number; width: number; first: number; last: number; count: number };

/** Below this a hole can't be seen. */
const LEAST_WIDTH = 3;

/** Where the holes of 1 … expected lie on a line of so many pixels; those that would touch are drawn as one. */
export function holeMarks(expected: number, gaps: readonly SeqRange[], width: number): HoleMark[] {
  const marks: HoleMark[] = [];
  if (expected <= 0 || width <= 0) return marks;
  for (const { first, last } of gaps) {
    const from = ((first - 1) / expected) * width;
    const wide = Math.max(LEAST_WIDTH, ((last - first + 1) / expected) * width);
    const x = Math.min(from, Math.max(0, width - wide));
    const before = marks.at(-1);
    if (before && x < before.x + before.width + 1) {
      before.width = Math.max(before.width, x + wide - before.x);
      before.last = last;
      before.count += last - first + 1;
    } else {
      marks.push({ x, width: wide, first, last, count: last - first + 1 });
    }
  }
  return marks;
}
