/** Gaps of at least `fromMs` and less than `toMs`. */
export type GapBin = { fromMs: number; toMs: number; count: number };

/** What is drawn of gaps: bins side by side, each as wide as the others and twice as long as the one before. */
export type GapAxis = { bins: GapBin[]; place(ms: number): number };

/** The end of the server's first bucket. */
const SHORTEST_MS = 100;

/** Bins beside those that have gaps, at most, to reach a mark: two more would be four times as long. */
const MOST_BINS = 48;

/**
 * Bins without holes from the shortest to the longest of the gaps and marks. `place` tells where a duration lies, from 0 at
 * the left edge to 1 at the right; it is even within a bin by its logarithm.
 */
export function gapAxis(
  buckets: readonly { atLeastMs: number; count: number }[],
  marks: readonly number[],
): GapAxis {
  const sorted = buckets
    .filter(({ atLeastMs }) => atLeastMs > 0)
    .toSorted((a, b) => a.atLeastMs - b.atLeastMs);
  const first = sorted[0]?.atLeastMs ?? SHORTEST_MS;
  const counts = new Map<number, number>();
  const indexOf = (ms: number) => Math.floor(Math.log2(Math.max(ms, 1e-3) / first) + 1e-9);
  for (const { atLeastMs, count } of buckets) {
    // The server's first bucket begins at nothing at all, which has no logarithm.
    const index = atLeastMs > 0 ? indexOf(atLeastMs) : -1;
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  const wanted = [...counts.keys(), ...marks.filter((mark) => mark > 0).map(indexOf)];
  const lowest = Math.max(Math.min(...wanted, 0), -MOST_BINS / 2);
  const highest = Math.min(Math.max(...wanted, 0), lowest + MOST_BINS - 1);
  const bins: GapBin[] = [];
  for (let index = lowest; index <= highest; index += 1) {
    bins.push({
      fromMs: index === -1 && counts.has(-1) ? 0 : first * 2 ** index,
      toMs: first * 2 ** (index + 1),
      count: counts.get(index) ?? 0,
    });
  }
  const place = (ms: number) => {
    const exact = Math.log2(Math.max(ms, 1e-3) / first) - lowest;
    return Math.min(1, Math.max(0, exact / bins.length));
  };
  return { bins, place };
}
