import type { FieldProblem } from "./errors.ts";
import type { Sensor } from "./sensor.ts";

/** The server's bounds (proto/slimmer_grpc/main.proto). Lengths in characters (Unicode code points). */
const LIMITS = {
  category: 64,
  name: 128,
  identity: 256,
  mapEntries: 16,
  mapKey: 64,
  mapValue: 256,
} as const;

export type Problems = FieldProblem[];

/** A string of `min` to `max` characters that the wire can carry. */
export function checkText(
  problems: Problems,
  field: string,
  text: unknown,
  { min, max }: { min: 0 | 1; max: number },
): void {
  const add = (problem: string) => problems.push({ field, problem });
  if (typeof text !== "string") {
    add(`must be a string, not ${shown(text)}`);
    return;
  }
  if (text.length < min) {
    add("must not be empty");
    return;
  }
  // Characters are never more than code units, so that the common case counts nothing.
  if (text.length > max && [...text].length > max) {
    add(`has ${[...text].length} characters; at most ${max} are allowed`);
  }
  if (UNSENDABLE.test(text)) add("must not contain NUL, U+FFFD or half a surrogate pair");
}

const UNSENDABLE = /[\0\ufffd]|\p{Surrogate}/u;

/** The three parts of a sensor; `prefix` is the path to it, with its dot. */
export function checkSensor(problems: Problems, prefix: string, sensor: Sensor): void {
  if (typeof sensor !== "object" || sensor === null) {
    problems.push({
      field: prefix.slice(0, -1),
      problem: `must be a sensor { category, name, identity }, not ${shown(sensor)}`,
    });
    return;
  }
  checkText(problems, `${prefix}category`, sensor.category, { min: 1, max: LIMITS.category });
  checkText(problems, `${prefix}name`, sensor.name, { min: 1, max: LIMITS.name });
  checkText(problems, `${prefix}identity`, sensor.identity, { min: 1, max: LIMITS.identity });
}

/** A map of strings: attributes of an activation, labels of a run. */
export function checkMap(problems: Problems, field: string, map: unknown): void {
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    problems.push({ field, problem: `must be an object of strings, not ${shown(map)}` });
    return;
  }
  const entries = Object.entries(map);
  if (entries.length > LIMITS.mapEntries) {
    problems.push({
      field,
      problem: `has ${entries.length} entries; at most ${LIMITS.mapEntries} are allowed`,
    });
    return;
  }
  for (const [key, value] of entries) {
    checkText(problems, `${field} key ${shown(key)}`, key, { min: 1, max: LIMITS.mapKey });
    checkText(problems, `${field}[${shown(key)}]`, value, { min: 0, max: LIMITS.mapValue });
  }
}

/** A number of `min` to `max`; `unit` is for people. */
export function checkNumber(
  problems: Problems,
  field: string,
  value: unknown,
  { min, max, unit = "" }: { min: number; max: number; unit?: string },
): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return;
  const range = `${min.toLocaleString("en")} to ${max.toLocaleString("en")}`;
  problems.push({
    field,
    problem: `must be a whole number ${unit && `of ${unit} `}from ${range}, not ${shown(value)}`,
  });
}

/** A value in a message to its author, cut to a readable length. */
export function shown(value: unknown): string {
  const text =
    typeof value === "string" || (typeof value === "object" && value !== null)
      ? (JSON.stringify(value) ?? String(value))
      : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
