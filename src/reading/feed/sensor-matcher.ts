import type { Entity } from "../../domain/entity.ts";
import { globMatcher } from "../globs.ts";

/** What three patterns say about sensors; undefined where they leave all of them in. */
export function sensorMatcher(
  patterns: Pick<Entity, "category" | "name" | "identity">,
): ((entity: Entity) => boolean) | undefined {
  const category = globMatcher(patterns.category);
  const name = globMatcher(patterns.name);
  const identity = globMatcher(patterns.identity);
  if (!category && !name && !identity) return undefined;
  return (entity) =>
    (category?.(entity.category) ?? true) &&
    (name?.(entity.name) ?? true) &&
    (identity?.(entity.identity) ?? true);
}
