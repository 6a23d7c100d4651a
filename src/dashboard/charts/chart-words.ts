import { HOUR_MS } from "./zone-hours.ts";

const DAY_LONG = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
});
const DAY_SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** "Mon, 23 Nov". */
export function dayWords(ms: number): string {
  return DAY_LONG.format(ms);
}

/** "23". */
export function dayNumber(ms: number): string {
  return DAY_SHORT.format(ms);
}

/** "14:00". */
export function clockWords(ms: number): string {
  return CLOCK.format(ms);
}

/** The time that a bucket covers: "Mon, 23 Nov, 14:00–15:00", or the day where it is one. */
export function bucketWords(fromMs: number, stepMs: number): string {
  if (stepMs > HOUR_MS) return dayWords(fromMs);
  return `${dayWords(fromMs)}, ${clockWords(fromMs)}–${clockWords(fromMs + stepMs)}`;
}

/** "1 activation", "12,000 activations". */
export function activationsWords(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "activation" : "activations"}`;
}

/** A count for an axis: "950", "12k", "3.4M". */
export function shortCount(count: number): string {
  if (count < 1_000) return String(Math.round(count * 100) / 100);
  const [size, unit] = count < 1_000_000 ? [1_000, "k"] : count < 1e9 ? [1e6, "M"] : [1e9, "G"];
  const value = count / size;
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)}${unit}`;
}
