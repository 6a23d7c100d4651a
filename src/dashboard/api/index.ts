export { learnServerTime, serverNow, startClock, tick } from "./clock.ts";
export { type Pages, usePages } from "./pages.ts";
export { type ActivationFilters, api, onlySensor, withQuery } from "./paths.ts";
export { ApiProblem } from "./problem.ts";
export { request } from "./request.ts";
export { REFRESH_MS, type Resource, useResource } from "./resource.ts";
export { revive } from "./revive.ts";
export type * from "./types.ts";
