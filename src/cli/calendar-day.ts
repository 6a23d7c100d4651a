import { BadValue } from "../config/kinds.ts";

/** Date takes 30 February for 2 March. */
export function requireDay(year: number, month: number, day: number): void {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year === 0) {
    throw new BadValue("is a day that no calendar has");
  }
}
