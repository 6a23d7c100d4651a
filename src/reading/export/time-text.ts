const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;
const SECOND_US = 1_000_000;
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
const THREE = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, "0"));

/** Rows come in the order of their times: the day is nearly always that of the one before. */
let lastDay = Number.NaN;
let lastDayText = "";

/** ISO 8601 in UTC with milliseconds, and with microseconds where they say something. Times are of the years 1 to 9999. */
export function timeText(us: number): string {
  const day = Math.floor(us / DAY_US);
  if (day !== lastDay) {
    lastDay = day;
    lastDayText = new Date(day * (DAY_US / 1_000)).toISOString().slice(0, 11);
  }
  let rest = us - day * DAY_US;
  const hours = Math.floor(rest / HOUR_US);
  rest -= hours * HOUR_US;
  const minutes = Math.floor(rest / MINUTE_US);
  rest -= minutes * MINUTE_US;
  const seconds = Math.floor(rest / SECOND_US);
  rest -= seconds * SECOND_US;
  const ms = Math.floor(rest / 1_000);
  const micros = rest - ms * 1_000;
  const below = micros === 0 ? "" : THREE[micros];
  return `${lastDayText}${TWO[hours]}:${TWO[minutes]}:${TWO[seconds]}.${THREE[ms]}${below}Z`;
}
