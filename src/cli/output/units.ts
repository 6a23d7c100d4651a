const STEPS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** A duration for people, in its two largest units: "3h 20m", "12s", "450ms". */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const first = STEPS.findIndex(([, size]) => ms >= size);
  const [unit, size] = STEPS[first] as (typeof STEPS)[number];
  const next = STEPS[first + 1];
  const whole = Math.floor(ms / size);
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return next && rest > 0 ? `${whole}${unit} ${rest}${next[0]}` : `${whole}${unit}`;
}

/** A size for people: "64.0 MiB". */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return unit === 0 ? `${value} bytes` : `${value.toFixed(1)} ${units[unit]}`;
}

/** A count with its noun: "1 activation", "12,000 activations". */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** "12,000". */
export function numberText(count: number): string {
  return count.toLocaleString("en");
}

/** All counts together: "12,000". */
export function sumText(counts: readonly number[]): string {
  return numberText(counts.reduce((total, count) => total + count, 0));
}

/** A moment for people and machines alike. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
