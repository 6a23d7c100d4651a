import type { Storage } from "../../api/types.ts";

export type DayRow = {
  day: Date;
  rows: number;
  bytes: number;
  isAhead: boolean;
};

/** The days as the page shows them, the oldest first. */
export function dayRows({ days, server_time }: Pick<Storage, "days" | "server_time">): DayRow[] {
  return days
    .map(({ day, rows, bytes }) => ({
      day,
      rows,
      bytes,
      isAhead: day > server_time,
    }))
    .toSorted((a, b) => a.day.getTime() - b.day.getTime());
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** "Mon 23 Nov": a day of the database is one of UTC. */
export function utcDayWords(ms: number): string {
  return DAY.format(ms).replace(",", "");
}
