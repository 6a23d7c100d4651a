import type { Entity } from "../../api/types.ts";
import { addressNote, addressOption, quoted } from "../../ui/shell-words.ts";

type Taught = { command: string; note: string };

/** An example of a sensor, for a system that has none. */
export const FIRST_SENSOR: Entity = { category: "door", name: "front", identity: "door-1" };

/** What to type where no system has registered yet. */
export function firstCommands(): Taught[] {
  return [
    {
      note: "See what it looks like, with a house that is made up:",
      command: "npx slimmer demo",
    },
    firstFiring("greenhouse", "Or fire a first sensor of your own:"),
  ];
}

/** Fires in a run of its own: only for a system that is not there yet, which has no run to lose. */
export function firstFiring(system: string, note: string): Taught {
  const { category, name, identity } = FIRST_SENSOR;
  return {
    note: `${note}${addressNote()}`,
    command: `npx slimmer fire ${category}/${name}/${identity} --system ${quoted(system)}${addressOption()}`,
  };
}
