export const HOUR_MS = 3_600_000;

/** Monday first. */
export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** The day and the hour that a clock on the wall showed; `day` is "2026-11-22". */
export type WallHour = { day: string; weekday: number; hour: number };

/** Tells the wall's day and hour of moments, in the reader's zone or in another one. */
export function wallClock(zone?: string): (ms: number) => WallHour {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...(zone === undefined ? {} : { timeZone: zone }),
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "short",
    hour: "2-digit",
    hourCycle: "h23",
  });
  return (ms) => {
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(ms)) parts[type] = value;
    return {
      day: `${parts.year}-${parts.month}-${parts.day}`,
      weekday: WEEKDAYS.indexOf(parts.weekday as (typeof WEEKDAYS)[number]),
      hour: Number(parts.hour),
    };
  };
}

/** The buckets with which a new day begins in the reader's zone; never the first, whose day began before it. */
export function dayBoundaries(
  startMs: number,
  stepMs: number,
  count: number,
  zone?: string,
): number[] {
  const wall = wallClock(zone);
  const found: number[] = [];
  let before = wall(startMs).day;
  for (let index = 1; index < count; index += 1) {
    const { day } = wall(startMs + index * stepMs);
    if (day !== before) found.push(index);
    before = day;
  }
  return found;
}

/** One hour of the week: what it counted, and over how many such hours. */
export type WeekHour = { count: number; hours: number };

/**
 * Hourly counts by weekday and hour of the wall's clock, Monday first. An hour that the change to summer time left out is not
 * there, one that came twice counts as two, so means stay right. A bucket belongs to the hour in which it begins.
 */
export function weekHours(startMs: number, counts: readonly number[], zone?: string): WeekHour[][] {
  const wall = wallClock(zone);
  const table = WEEKDAYS.map(() => Array.from({ length: 24 }, () => ({ count: 0, hours: 0 })));
  counts.forEach((count, index) => {
    const { weekday, hour } = wall(startMs + index * HOUR_MS);
    const cell = table[weekday]?.[hour];
    if (!cell) return;
    cell.count += count;
    cell.hours += 1;
  });
  return table;
}

/** The mean of an hour of the week, the number that can be compared; 0 where there was no such hour. */
export function perHour({ count, hours }: WeekHour): number {
  return hours === 0 ? 0 : count / hours;
}
