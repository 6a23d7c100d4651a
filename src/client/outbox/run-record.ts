import type { Sensor } from "../sensor.ts";

/** A run as the client remembers it, until everything of it is delivered. Times are Unix milliseconds. JSON in the spool. */
export type RunRecord = {
  readonly systemId: string;
  /** A UUIDv7 in lower case. */
  readonly runId: string;
  readonly sensors: readonly Sensor[];
  readonly startedAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly client: { readonly name: string; readonly version: string; readonly host: string };
  readonly silentAfterMs: number | undefined;
  /** Set when `run.end` was called. */
  readonly end?: { readonly reason: string; readonly atMs: number };
};

/** What registering answered; empty lists from a server of 2018. */
export type Registration = {
  readonly added: readonly Sensor[];
  readonly removed: readonly Sensor[];
};

/** The runs that still matter, as the sender sees them. */
export type RunBook = {
  /** Undefined for a run whose file was lost: its items are sent with the client's own system_id, and can't be registered again. */
  get(runId: string): RunRecord | undefined;
  /** Runs of this process that have not been registered, oldest first; and runs of any process whose end is not acknowledged. */
  readonly unregistered: readonly RunRecord[];
  readonly unended: readonly RunRecord[];
  registered(runId: string, registration: Registration): void;
  /** The server will never take this run (a bad list, or a conflict). Its items are refused with it. */
  registrationRefused(runId: string, refusal: import("./item.ts").Refusal): void;
  ended(runId: string): void;
  endRefused(runId: string, refusal: import("./item.ts").Refusal): void;
  /** Called whenever unregistered or unended grew. One listener. */
  onWork(listener: () => void): void;
};
