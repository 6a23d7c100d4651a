import type { Storage } from "../../api/types.ts";

export type DayRow = {
  day: Date;
  /** Undefined where PostgreSQL has not looked yet. */
  rows: number | undefined;
  bytes: number;
  isAhead: boolean;
};

/** An empty partition takes some pages for its indexes; what is larger has rows, whatever the estimate says. */
const EMPTY_BYTES = 200_000;

/** The days as the page shows them, the oldest first. */
export function dayRows({ days, server_time }: Pick<Storage, "days" | "server_time">): DayRow[] {
  return days
    .map(({ day, rows, bytes }) => ({
      day,
      rows: rows > 0 ? rows : bytes > EMPTY_BYTES ? undefined : 0,
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
