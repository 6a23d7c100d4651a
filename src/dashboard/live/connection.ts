import { signal } from "@preact/signals";
import type { ApiProblem } from "../api/problem.ts";

/** How the live feed is. */
export type Connection =
  /** Nobody asked for it. */
  | { state: "idle" }
  | { state: "connecting" }
  | { state: "live" }
  /** Away, and tried again and again; `since` is when it was last heard. */
  | { state: "lost"; since: number }
  /** The server does not follow what was asked for, and would say so again: there is no such system. */
  | { state: "refused"; problem: ApiProblem };

export const connection = signal<Connection>({ state: "idle" });
