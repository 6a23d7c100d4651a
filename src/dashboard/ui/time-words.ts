const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

/** "2026-11-23", where the reader is. */
export function dateWords(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "16:04:12.120", where the reader is. */
export function clockWords(at: Date): string {
  const ms = String(at.getMilliseconds()).padStart(3, "0");
  return `${minuteWords(at)}:${two(at.getSeconds())}.${ms}`;
}

/** "16:04". */
export function minuteWords(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "Mon 23 Nov". */
export function dayWords(at: Date): string {
  return DAY.format(at).replace(",", "");
}

/** "2026-11-23 16:04:12.120 CET": the whole truth, with the zone. */
export function absoluteWords(at: Date): string {
  if (Number.isNaN(at.getTime())) return "no such time";
  return `${dateWords(at)} ${clockWords(at)} ${zoneWords(at)}`;
}

/** "16:04" today, "22 Nov 16:04" on another day. */
export function momentWords(at: Date, now: number): string {
  const isToday = dateWords(at) === dateWords(new Date(now));
  return isToday ? minuteWords(at) : `${dayWords(at).replace(/^\w+ /, "")} ${minuteWords(at)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function zoneWords(at: Date): string {
  return ZONE.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
}
