const HOUR_MS = 3_600_000;

/** Hours that the page shows of a sensor: thirty days. */
export const SHOWN_HOURS = 720;

/** The beginning of the first hour shown, so that the last one is the hour of `now`. */
export function firstHour(now: number): Date {
  return new Date((Math.floor(now / HOUR_MS) - SHOWN_HOURS + 1) * HOUR_MS);
}
