import type { Sensor } from "../sensor.ts";
import type { Refusal } from "./item.ts";

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
  /** The server has had it. It may have forgotten, which RUN_UNKNOWN tells. */
  readonly isRegistered?: boolean;
  /** The id that a server of 2018 has given it: that one takes none from its clients. */
  readonly serverRunId?: string;
  /** Begun elsewhere: its sensors are not known here, so it can't be registered again. */
  readonly isForeign?: boolean;
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
  /** Undefined for a run that can't be registered again (begun elsewhere, or its file was lost): its items are sent with the client's own system_id. */
  get(runId: string): RunRecord | undefined;
  /** Why the server will never take the items of this run, if that is so. */
  refusalOf(runId: string): Refusal | undefined;
  /** Runs that the server has never had, oldest first; and runs whose end it does not know. */
  readonly unregistered: readonly RunRecord[];
  readonly unended: readonly RunRecord[];
  registered(runId: string, registration: Registration, serverRunId: string): void;
  /** The server will never take this run (a bad list, or a conflict). Its items are refused with it. */
  registrationRefused(runId: string, refusal: Refusal): void;
  ended(runId: string): void;
  endRefused(runId: string, refusal: Refusal): void;
  /** Called whenever unregistered or unended grew. One listener. */
  onWork(listener: () => void): void;
};
