import type { Entity } from "./entity.ts";

/** A run as its system announces it, checked, with every gap filled. Times are Unix milliseconds. */
export type NewRun = {
  systemId: string;
  runId: string;
  entities: readonly Entity[];
  startedAtMs: number;
  /** `startedAtMs` is the server's, because the device's own could not be right. */
  clockSuspect: boolean;
  receivedAtMs: number;
  labels: Record<string, string>;
  client: { name: string; version: string; host: string };
  /** How long without a sign of life before the system counts as silent; undefined for the server's default. */
  silentAfterMs: number | undefined;
};

/** What registering a run answers. */
export type RegisteredRun = {
  systemNo: number;
  runNo: number;
  runId: string;
  /** Sensors that the system's previous run did not list; empty for its first run. */
  added: readonly Entity[];
  /** Sensors that only the previous run listed. */
  removed: readonly Entity[];
};

/** A client's own account of its spool, as of `receivedAtMs`. */
export type ClientReport = { sent: number; spooled: number; lost: number };
