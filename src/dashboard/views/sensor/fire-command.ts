import type { Entity } from "../../api/types.ts";

/** An example of a sensor, for a system that has none. */
export const FIRST_SENSOR: Entity = { category: "door", name: "front", identity: "door-1" };

/** What to type to fire a sensor by hand. */
export function fireCommand(system: string, entity: Entity, address: string): string {
  const { category, name, identity } = entity;
  const parts = [category, name, identity];
  // The short form can't hold a slash.
  const text = parts.some((part) => part.includes("/"))
    ? JSON.stringify({ category, name, identity })
    : parts.join("/");
  return `npx slimmer fire ${quoted(text)} --system ${quoted(system)} --address ${address}`;
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
