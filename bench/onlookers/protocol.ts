import type { Screen } from "../screens/screens.ts";
import type { Told } from "./live-events.ts";
import type { Watched } from "./watcher.ts";

/** Who looks on while activations are stored. */
export type Onlookers = {
  readonly grpc: string;
  readonly web: string;
  readonly systemIds: readonly string[];
  /** A watcher of each system for each of these. */
  readonly watchedNames: readonly string[];
  readonly dashboards: number;
};

/** What they have been given since they were there. */
export type Given = {
  /** What went wrong. */
  readonly problems: readonly string[];
  readonly watched: Readonly<Watched>;
  readonly pages: readonly GivenPage[];
};

export type GivenPage = {
  readonly screen: Screen["name"];
  /** Undefined where the page is of all systems. */
  readonly systemId: string | undefined;
  /** How many questions it asks each second, at least. */
  readonly asksPerSecond: number;
  /** How many were answered. */
  readonly answers: number;
  /** Undefined where it follows no live feed. */
  readonly told: Readonly<Told> | undefined;
};

/** "open" is answered once all of them are there, and have a place in the feed. */
export type OnlookerRequest = { kind: "open"; onlookers: Onlookers } | { kind: "tell" };
export type OnlookerReply = { kind: "given"; given: Given } | { kind: "failed"; problem: string };
