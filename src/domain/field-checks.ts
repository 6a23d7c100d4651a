import type { Entity } from "./entity.ts";
import { type FieldIssue, SlimmerError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { isUuid, isUuidV7 } from "./uuid.ts";

/** Checks of single fields. Each adds what is wrong to `issues`, so that one answer names all problems. */
export type Issues = FieldIssue[];

/** Throws FIELDS_INVALID when there are issues. */
export function refuseIssues(issues: Issues): void {
  if (issues.length > 0) throw invalid(issues);
}

export function invalid(issues: Issues): SlimmerError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (${issues.length} problems in all)` : "";
  return new SlimmerError("FIELDS_INVALID", `${first?.field}: ${first?.problem}${more}`, {
    fields: issues,
  });
}

/** A text of `min` to `max` characters without NUL and without bytes that are no UTF-8. */
export function checkText(
  issues: Issues,
  field: string,
  text: string,
  { min, max }: { min: 0 | 1; max: number },
): void {
  if (text.length < min) {
    issues.push({ field, problem: "must not be empty" });
    return;
  }
  if (text.length > max && [...text].length > max) {
    issues.push({
      field,
      problem: `has ${[...text].length} characters; at most ${max} are allowed`,
    });
  }
  if (text.includes("\0")) issues.push({ field, problem: "must not contain NUL" });
  // Decoders put U+FFFD in the place of what is no UTF-8.
  if (text.includes("\ufffd"))
    issues.push({ field, problem: "must be valid UTF-8, without U+FFFD" });
}

/** The three parts of a sensor; `prefix` is the path to it. */
export function checkEntity(issues: Issues, prefix: string, entity: Entity): void {
  checkText(issues, `${prefix}category`, entity.category, CATEGORY);
  checkText(issues, `${prefix}name`, entity.name, NAME);
  checkText(issues, `${prefix}identity`, entity.identity, IDENTITY);
}

const CATEGORY = { min: 1, max: LIMITS.category } as const;
const NAME = { min: 1, max: LIMITS.entityName } as const;
const IDENTITY = { min: 1, max: LIMITS.identity } as const;

export function checkUuid(issues: Issues, field: string, text: string): void {
  if (!isUuid(text)) issues.push({ field, problem: `must be a UUID, not ${shown(text)}` });
}

export function checkUuidV7(issues: Issues, field: string, text: string): void {
  if (!isUuidV7(text)) {
    issues.push({ field, problem: `must be a UUID of version 7, not ${shown(text)}` });
  }
}

export function checkMap(issues: Issues, field: string, map: Record<string, string>): void {
  const keys = Object.keys(map);
  if (keys.length > LIMITS.mapEntries) {
    issues.push({
      field,
      problem: `has ${keys.length} entries; at most ${LIMITS.mapEntries} are allowed`,
    });
    return;
  }
  for (const key of keys) {
    checkText(issues, `${field} key ${shown(key)}`, key, { min: 1, max: LIMITS.mapKey });
    checkText(issues, `${field}[${shown(key)}]`, map[key] ?? "", { min: 0, max: LIMITS.mapValue });
  }
}

export function checkCount(issues: Issues, field: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    issues.push({ field, problem: `must be at most ${Number.MAX_SAFE_INTEGER}` });
  }
}

type WireTime = { seconds: number; nanos: number };

/** The bounds of google.protobuf.Timestamp: the years 1 to 9999. */
const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;

/** A Timestamp as Unix microseconds, or undefined where it breaks its own rules. */
export function checkTimestamp(issues: Issues, field: string, time: WireTime): number | undefined {
  const { seconds, nanos } = time;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
    issues.push({
      field,
      problem:
        "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, with nanos from 0 to 999999999",
    });
    return undefined;
  }
  return seconds * 1_000_000 + Math.floor(nanos / 1_000);
}

/** A Duration as milliseconds within the bounds, or undefined where it lies outside. */
export function checkDuration(
  issues: Issues,
  field: string,
  { seconds, nanos }: WireTime,
  { minMs, maxMs }: { minMs: number; maxMs: number },
): number | undefined {
  const ms = seconds * 1_000 + nanos / 1_000_000;
  if (ms >= minMs && ms <= maxMs) return Math.round(ms);
  issues.push({ field, problem: `must be from ${minMs / 1_000}s to ${maxMs / 1_000}s` });
  return undefined;
}

/** A value of the caller in a message to the caller, cut to a readable length. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
