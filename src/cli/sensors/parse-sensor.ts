import { LIMITS } from "../../domain/limits.ts";
import { UsageProblem } from "../usage.ts";

/** A sensor as its system names it. */
export type Sensor = {
  readonly category: string;
  readonly name: string;
  readonly identity: string;
};

export const SENSOR_FORM =
  'category/name/identity, or where a part has a slash in it {"category":"…","name":"…","identity":"…"}';

const PARTS = [
  ["category", LIMITS.category],
  ["name", LIMITS.entityName],
  ["identity", LIMITS.identity],
] as const;

/** `category/name/identity`, or a JSON object with these three. Throws a UsageProblem with all that is wrong; `place` begins each sentence. */
export function parseSensor(text: string, place: string): Sensor {
  const shown = `${place} ${JSON.stringify(text)}`;
  if (text.trimStart().startsWith("{")) {
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch (error) {
      throw new UsageProblem([`${shown} is no JSON: ${(error as Error).message}`]);
    }
    return checkSensor(object, shown);
  }
  const [category, name, identity, ...rest] = text.split("/");
  if (identity === undefined || rest.length > 0) {
    const count = text.split("/").length;
    throw new UsageProblem([
      `${shown} has ${count} ${count === 1 ? "part" : "parts"}; a sensor is ${SENSOR_FORM}`,
    ]);
  }
  return checkSensor({ category, name, identity }, shown);
}

/** An object with the three parts, by the rules of the contract. Throws a UsageProblem with all that is wrong. */
export function checkSensor(value: unknown, place: string): Sensor {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new UsageProblem([`${place} is no sensor; a sensor is ${SENSOR_FORM}`]);
  }
  const fields = value as Record<string, unknown>;
  const problems: string[] = [];
  for (const [part, longest] of PARTS) {
    const problem = textProblem(fields[part], longest);
    if (problem) problems.push(`${place}: ${part} ${problem}`);
  }
  for (const field of Object.keys(fields)) {
    if (PARTS.some(([part]) => part === field)) continue;
    problems.push(`${place}: ${field} is no part of a sensor; these are category, name, identity`);
  }
  if (problems.length > 0) throw new UsageProblem(problems);
  const { category, name, identity } = fields as Sensor;
  return { category, name, identity };
}

/** Why something is no text of 1 to `longest` characters, if it isn't. */
export function textProblem(value: unknown, longest: number, shortest = 1): string | undefined {
  if (value === undefined || value === null) return "is missing";
  if (typeof value !== "string") return `must be a text, not ${JSON.stringify(value)}; quote it`;
  const length = [...value].length;
  if (length < shortest) return "is empty";
  if (length > longest) return `has ${length} characters; at most ${longest} are allowed`;
  if (value.includes("\0")) return "has a NUL in it";
  return /\p{Surrogate}/u.test(value) ? "is no valid Unicode" : undefined;
}

/** One string for one sensor, for comparisons. */
export function sensorKey({ category, name, identity }: Sensor): string {
  return `${category}\0${name}\0${identity}`;
}

/** A sensor as a person would write it. */
export function sensorText({ category, name, identity }: Sensor): string {
  const parts = [category, name, identity];
  return parts.some((part) => part.includes("/"))
    ? JSON.stringify({ category, name, identity })
    : parts.join("/");
}
