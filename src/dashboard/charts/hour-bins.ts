import { HOUR_MS, wallClock } from "./zone-hours.ts";

/** Some hours in a row, as one bar. */
export type HourBin = { fromMs: number; toMs: number; count: number };

/** Widths of bars, in hours: each divides the day. */
const WIDTHS = [1, 2, 3, 6, 12, 24] as const;

/** A bar narrower than this can't be seen apart from its neighbours. */
const LEAST_PIXELS = 4;

/** How many hours a bar must hold, so that so many hours fit into so many pixels. */
export function hoursPerBar(hours: number, pixels: number): number {
  return WIDTHS.find((width) => (hours / width) * LEAST_PIXELS <= pixels) ?? 24;
}

/** Hourly counts in bars of so many hours of the wall's clock: a day is one bar, also when it has 23 or 25 hours. */
export function hourBins(
  startMs: number,
  counts: readonly number[],
  hours: number,
  zone?: string,
): HourBin[] {
  if (hours === 1) {
    return counts.map((count, index) => ({
      fromMs: startMs + index * HOUR_MS,
      toMs: startMs + (index + 1) * HOUR_MS,
      count,
    }));
  }
  const wall = wallClock(zone);
  const bins: HourBin[] = [];
  let before: string | undefined;
  counts.forEach((count, index) => {
    const fromMs = startMs + index * HOUR_MS;
    const { day, hour } = wall(fromMs);
    const name = `${day} ${Math.floor(hour / hours)}`;
    const last = bins.at(-1);
    if (last && name === before) {
      last.toMs = fromMs + HOUR_MS;
      last.count += count;
    } else {
      bins.push({ fromMs, toMs: fromMs + HOUR_MS, count });
    }
    before = name;
  });
  return bins;
}
