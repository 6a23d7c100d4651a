import type { Entity } from "../../src/domain/entity.ts";

/** The standing cast of the tests: a greenhouse with two sensors … */
export const door = { category: "door", name: "front door", identity: "door-1" } satisfies Entity;
export const boiler = {
  category: "temperature",
  name: "boiler",
  identity: "boiler-1",
} satisfies Entity;
export const greenhouse = { systemId: "greenhouse", entities: [door, boiler] };

/** … and an attic, which must never see a row of the greenhouse. */
export const skylight = {
  category: "window",
  name: "skylight",
  identity: "skylight-1",
} satisfies Entity;
export const attic = { systemId: "attic", entities: [skylight] };
