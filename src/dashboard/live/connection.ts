import { signal } from "@preact/signals";

/** How the live feed is: nobody asked for it, on its way, there, or away since a moment. */
export type Connection =
  | { state: "idle" }
  | { state: "connecting" }
  | { state: "live" }
  | { state: "lost"; since: number };

export const connection = signal<Connection>({ state: "idle" });
