import type { DailyRows, PartitionSize } from "../../store/reads/storage.ts";

/** A day with a partition: how large that is, and the activations that are shown at that day. */
export type DayHeld = { dayUs: number; rows: number; bytes: number };

/** Days in the order of their partitions. */
export function daysHeld(
  partitions: readonly PartitionSize[],
  daily: readonly DailyRows[],
): DayHeld[] {
  const rowsOf = new Map(daily.map(({ dayUs, rows }) => [dayUs, rows]));
  return partitions.map(({ day, bytes }) => {
    const dayUs = beginningOf(day);
    return { dayUs, rows: rowsOf.get(dayUs) ?? 0, bytes };
  });
}

function beginningOf(day: string): number {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(date)) * 1_000;
}
