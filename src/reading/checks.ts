import { checkText, type Issues } from "../domain/field-checks.ts";
import { LIMITS } from "../domain/limits.ts";

/** Checks of fields that several questions have. Each adds what is wrong to `issues`. */

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

export function checkPageSize(issues: Issues, size: number): number {
  if (size === 0) return DEFAULT_PAGE;
  if (size > MAX_PAGE) {
    issues.push({ field: "page_size", problem: `must be at most ${MAX_PAGE}, not ${size}` });
  }
  return size;
}

export function checkSystemId(issues: Issues, systemId: string): void {
  checkText(issues, "system_id", systemId, { min: 1, max: LIMITS.systemId });
}

type Names = { category: string; name: string; identity: string };

/** Each part may be empty, which leaves all in. */
export function checkNameFilters(issues: Issues, { category, name, identity }: Names): void {
  checkText(issues, "category", category, { min: 0, max: LIMITS.category });
  checkText(issues, "name", name, { min: 0, max: LIMITS.entityName });
  checkText(issues, "identity", identity, { min: 0, max: LIMITS.identity });
}

/** A name of an enum; decoders leave numbers that they do not know as they are. */
export function checkChoice<T extends string>(
  issues: Issues,
  field: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  issues.push({ field, problem: `must be ${choices.join(", ")}, not ${String(value)}` });
  return choices[0] as T;
}
