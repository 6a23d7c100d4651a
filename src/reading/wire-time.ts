import type { Duration, Timestamp, TimestampOutput } from "slimmer-grpc";

/** Between the contract's times and the store's, which are Unix microseconds in a number. */

const US = 1_000_000;

export function toTimestamp(us: number): Timestamp {
  const seconds = Math.floor(us / US);
  return { seconds, nanos: (us - seconds * US) * 1_000 };
}

/** Unset for a time that never was. */
export function toOptionalTimestamp(us: number | null | undefined): Timestamp | null {
  return us === null || us === undefined ? null : toTimestamp(us);
}

/** What lies below a microsecond is left out. */
export function fromTimestamp({
  seconds,
  nanos,
}: Pick<TimestampOutput, "seconds" | "nanos">): number {
  return seconds * US + Math.floor(nanos / 1_000);
}

/** Both parts of a negative one are negative, as the contract of Duration has it. */
export function toDuration(us: number): Duration {
  const whole = Math.round(us);
  const seconds = Math.trunc(whole / US);
  return { seconds, nanos: (whole - seconds * US) * 1_000 };
}

export function toOptionalDuration(us: number | null | undefined): Duration | null {
  return us === null || us === undefined ? null : toDuration(us);
}
