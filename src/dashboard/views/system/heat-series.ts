/** Counts of a sensor by the hour, from `start` on. */
export type HourSeries = { start: number; counts: readonly number[] };

/** The counts, if they begin where the map does: those of before the full hour would stand one column beside their time. */
export function seriesFrom(
  series: HourSeries | undefined,
  start: number,
): readonly number[] | undefined {
  return series?.start === start ? series.counts : undefined;
}

/** Of all rows those in sight, at least one, and the first so many, which stand in the table. */
export function rowsToAsk<Row>(
  rows: readonly Row[],
  seen: { from: number; to: number },
  tabled: number,
): Row[] {
  const to = Math.max(seen.to, seen.from + 1);
  return rows.filter((_, index) => index < tabled || (index >= seen.from && index < to));
}
