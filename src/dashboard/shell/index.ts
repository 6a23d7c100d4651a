export { announce } from "./announce.ts";
export { useFleet } from "./fleet-context.ts";
export { useKey } from "./keys.ts";
export { useTitle } from "./title.ts";
