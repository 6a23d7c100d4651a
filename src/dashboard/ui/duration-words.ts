const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A length of time as a person says it: "0.2 s", "50 s", "14 min", "3 h", "94 d", "2.5 y". */
export function durationWords(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1) return "0 s";
  if (size < 100) return `${Math.round(size)} ms`;
  if (size < 9.95 * SECOND) return `${trim(size / SECOND)} s`;
  if (size < 59.5 * SECOND) return `${Math.round(size / SECOND)} s`;
  if (size < 59.5 * MINUTE) return `${Math.round(size / MINUTE)} min`;
  if (size < 23.5 * HOUR) return `${Math.round(size / HOUR)} h`;
  if (size < YEAR) return `${Math.round(size / DAY)} d`;
  return `${trim(size / YEAR)} y`;
}

/** Whole seconds and longer, for ages that tick: "0 s" to "59 s", then as above. */
export function ageWords(ms: number): string {
  return ms < 9.95 * SECOND ? `${Math.max(0, Math.round(ms / SECOND))} s` : durationWords(ms);
}

/** Something that is only roughly so: "~6 min". */
export function roughly(ms: number): string {
  return `~${durationWords(ms)}`;
}

/** "just now", "50 s ago", "3 min ago", "in 2 h". */
export function relativeWords(at: number, now: number): string {
  const age = now - at;
  if (Math.abs(age) < 5 * SECOND) return "just now";
  return age > 0 ? `${ageWords(age)} ago` : `in ${ageWords(-age)}`;
}

/** How much later something arrived: "+0.2 s"; "−3 s" where the device's clock was ahead. */
export function lagWords(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  return Math.abs(ms) < 50 ? `${sign}0 s` : `${sign}${durationWords(tenths(ms))}`;
}

function tenths(ms: number): number {
  const size = Math.abs(ms);
  return size < 9.95 * SECOND ? Math.max(100, Math.round(size / 100) * 100) : size;
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}
