/** A Timestamp or a Duration as proto-loader takes it. */
export type WireTime = {
  seconds?: number | string | { toString(): string };
  nanos?: number;
};

const DAY = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** Most times lie in the same few days: the text of the last one is kept. */
let lastDay = Number.NaN;
let lastDayText = "";

/** RFC 3339 in UTC with 0, 3, 6 or 9 digits, as canonical JSON has it. */
export function timestampText({ seconds = 0, nanos = 0 }: WireTime): string {
  const whole = typeof seconds === "number" ? seconds : Number(seconds);
  const day = Math.floor(whole / DAY);
  if (day !== lastDay) {
    // "2026-11-23T00:00:00.000Z"
    lastDayText = new Date(day * DAY * 1_000).toISOString().slice(0, -13);
    lastDay = day;
  }
  const rest = whole - day * DAY;
  const hour = TWO_DIGITS[Math.floor(rest / 3_600)];
  const minute = TWO_DIGITS[Math.floor(rest / 60) % 60];
  return `${lastDayText}${hour}:${minute}:${TWO_DIGITS[rest % 60]}${fraction(nanos)}Z`;
}

/** Seconds with an s, with 0, 3, 6 or 9 digits. */
export function durationText({ seconds = 0, nanos = 0 }: WireTime): string {
  const whole = Number(seconds);
  const sign = whole < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(whole)}${fraction(Math.abs(nanos))}s`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos + 1_000_000_000);
  if (nanos % 1_000_000 === 0) return `.${digits.slice(1, 4)}`;
  if (nanos % 1_000 === 0) return `.${digits.slice(1, 7)}`;
  return `.${digits.slice(1)}`;
}

export type Time = { seconds: number; nanos: number };

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339; undefined where the text is none. */
export function parseTimestamp(text: string): Time | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as number[];
  const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== day) return undefined;
  if (!year || !month || hour === 24 || minute === undefined || second === undefined) {
    return undefined;
  }
  const [sign, hours, minutes] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hours > 23 || minutes > 59) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (hours * 3_600 + minutes * 60);
  return { seconds: ms / 1_000 - offset, nanos: nanosOf(match[7]) };
}

/** Reads "1.5s"; undefined where the text is no duration. */
export function parseDuration(text: string): Time | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (!match) return undefined;
  const sign = match[1] ? -1 : 1;
  // Never -0.
  return { seconds: sign * Number(match[2]) + 0, nanos: sign * nanosOf(match[3]) + 0 };
}

function nanosOf(digits = ""): number {
  return Number(digits.padEnd(9, "0"));
}
