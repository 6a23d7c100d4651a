import { DAY_US } from "../../store/reads/micros.ts";
import type { PartitionSize } from "../../store/reads/storage.ts";

export type ForecastFacts = {
  /** Activations of the last `maxDays` whole days. */
  rows: number;
  /** The first hour that ever had any. */
  firstHourUs: number | null;
  partitions: readonly PartitionSize[];
  /** The beginning of today, in UTC. */
  todayUs: number;
  maxDays: number;
  /** The beginning of the oldest day that is kept. */
  lowerUs: number;
};

export type Forecast = { rowsPerDay: number; bytesPerDay: number; bytesAtRetention: number };

/** How fast the activations grow, and what they will take when as many days are full as are kept. */
export function forecast(facts: ForecastFacts): Forecast {
  const { rows, firstHourUs, partitions, todayUs, maxDays, lowerUs } = facts;
  // A database that is three days old has grown for three days.
  const ageDays =
    firstHourUs === null ? 0 : Math.ceil((todayUs - Math.min(todayUs, firstHourUs)) / DAY_US);
  const days = Math.min(maxDays, ageDays);
  const rowsPerDay = days === 0 ? 0 : rows / days;
  const bytesPerDay = rowsPerDay * bytesPerRow(partitions);
  const keptDays = Math.max(0, (todayUs - lowerUs) / DAY_US) + 1;
  return {
    rowsPerDay: Math.round(rowsPerDay),
    bytesPerDay: Math.round(bytesPerDay),
    bytesAtRetention: Math.round(bytesPerDay * keptDays),
  };
}

/** Of the days at which PostgreSQL has looked. */
function bytesPerRow(partitions: readonly PartitionSize[]): number {
  let rows = 0;
  let bytes = 0;
  for (const partition of partitions) {
    if (partition.rows <= 0) continue;
    rows += partition.rows;
    bytes += partition.bytes;
  }
  return rows === 0 ? 0 : bytes / rows;
}
