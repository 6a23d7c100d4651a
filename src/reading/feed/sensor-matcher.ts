import type { Entity } from "../../domain/entity.ts";
import { globMatcher } from "../globs.ts";

/**
 * What three patterns say about sensors; undefined where they leave all of them in. Sensors are asked about again and again,
 * and each is the same object, so each is looked at once.
 */
export function sensorMatcher(
  patterns: Pick<Entity, "category" | "name" | "identity">,
): ((entity: Entity) => boolean) | undefined {
  const category = globMatcher(patterns.category);
  const name = globMatcher(patterns.name);
  const identity = globMatcher(patterns.identity);
  if (!category && !name && !identity) return undefined;
  const known = new WeakMap<Entity, boolean>();
  return (entity) => {
    let matches = known.get(entity);
    if (matches === undefined) {
      matches =
        (category?.(entity.category) ?? true) &&
        (name?.(entity.name) ?? true) &&
        (identity?.(entity.identity) ?? true);
      known.set(entity, matches);
    }
    return matches;
  };
}
