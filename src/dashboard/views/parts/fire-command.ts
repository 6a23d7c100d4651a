import type { Entity } from "../../api/types.ts";
import { addressOption, quoted } from "../../ui/shell-words.ts";

type Shot = { system: string; run: string; entity: Entity };

/**
 * What to type to fire a sensor by hand, into a run that goes on: without one, `slimmer fire` registers a run of its own,
 * which would take the place of the one that the system has.
 */
export function fireCommand({ system, run, entity }: Shot, address = addressOption()): string {
  return `npx slimmer fire ${quoted(sensorText(entity))} --system ${quoted(system)} --run ${quoted(run)}${address}`;
}

/** The short form can't hold a slash, nor begin like an option or like the long form. */
function sensorText({ category, name, identity }: Entity): string {
  const parts = [category, name, identity];
  const isPlain = !parts.some((part) => part.includes("/")) && !/^\s*[-{]/.test(category);
  return isPlain ? parts.join("/") : JSON.stringify({ category, name, identity });
}
