import { DAY_US } from "../../store/reads/micros.ts";
import type { DayHeld } from "./days-held.ts";

export type ForecastFacts = {
  /** The days that have a partition. */
  days: readonly DayHeld[];
  /** The first hour that ever had any activation. */
  firstHourUs: number | null;
  /** The beginning of today, in UTC. */
  todayUs: number;
  /** Whole days before today that the growth is the mean of. */
  maxDays: number;
  /** The beginning of the oldest day that is kept. */
  lowerUs: number;
};

export type Forecast = { rowsPerDay: number; bytesPerDay: number; bytesAtRetention: number };

/** How fast the activations grow, and what they will take when as many days are full as are kept. */
export function forecast({
  days,
  firstHourUs,
  todayUs,
  maxDays,
  lowerUs,
}: ForecastFacts): Forecast {
  // A database that is three days old has grown for three days.
  const ageDays =
    firstHourUs === null ? 0 : Math.ceil((todayUs - Math.min(todayUs, firstHourUs)) / DAY_US);
  const meanDays = Math.min(maxDays, ageDays);
  const sinceUs = todayUs - meanDays * DAY_US;
  const latest = days.filter(({ dayUs }) => dayUs >= sinceUs && dayUs < todayUs);
  const perDay = (of: (day: DayHeld) => number) =>
    meanDays === 0 ? 0 : latest.reduce((total, day) => total + of(day), 0) / meanDays;
  const rowsPerDay = perDay(({ rows }) => rows);
  // An empty day takes some pages for its indexes: where nothing comes, nothing grows.
  const bytesPerDay = rowsPerDay === 0 ? 0 : perDay(({ bytes }) => bytes);
  const keptDays = Math.max(0, (todayUs - lowerUs) / DAY_US) + 1;
  return {
    rowsPerDay: Math.round(rowsPerDay),
    bytesPerDay: Math.round(bytesPerDay),
    bytesAtRetention: Math.round(bytesPerDay * keptDays),
  };
}
