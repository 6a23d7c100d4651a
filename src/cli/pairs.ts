import { LIMITS } from "../domain/limits.ts";
import { textProblem } from "./sensors/parse-sensor.ts";
import type { Usage } from "./usage.ts";

/** `key=value` pairs (labels of a run, attributes of an activation) as an object; what is wrong is collected. */
export function readPairs(
  flag: string,
  pairs: readonly string[] | undefined,
  usage: Usage,
): Record<string, string> {
  const result = new Map<string, string>();
  for (const pair of pairs ?? []) {
    const [key, value] = splitPair(pair);
    const problem = pairProblem(key, value) ?? (result.has(key) ? "repeats its key" : undefined);
    if (problem) usage.wrong(`${flag}=${JSON.stringify(pair)} ${problem}; allowed: key=value`);
    else result.set(key, value ?? "");
  }
  if (result.size > LIMITS.mapEntries) {
    usage.wrong(`${flag} is given ${result.size} times; at most ${LIMITS.mapEntries} are allowed`);
  }
  return Object.fromEntries(result);
}

function splitPair(pair: string): [string, string | undefined] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, undefined] : [pair.slice(0, at), pair.slice(at + 1)];
}

function pairProblem(key: string, value: string | undefined): string | undefined {
  if (value === undefined) return "has no = in it";
  const ofKey = textProblem(key, LIMITS.mapKey);
  if (ofKey) return `has a key that ${ofKey}`;
  const ofValue = textProblem(value, LIMITS.mapValue, 0);
  return ofValue && `has a value that ${ofValue}`;
}
