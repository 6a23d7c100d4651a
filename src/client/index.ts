export type { Client, FireOptions, Run, RunOptions } from "./client.ts";
export { CLIENT_ERRORS, ClientError, type ClientErrorCode, type FieldProblem } from "./errors.ts";
export type { ClientEventName, ClientEvents, DropCause } from "./events.ts";
export type { Delivery, Firing } from "./firing.ts";
export { getClient } from "./get-client.ts";
export type {
  ClientOptions,
  FsyncPolicy,
  OverflowPolicy,
  SendingMode,
  SpoolOptions,
  TlsOptions,
} from "./options.ts";
export type { Registration } from "./outbox/run-record.ts";
export type { Sensor } from "./sensor.ts";
export { inspectSpool, readDeadLetters, type SpoolInspection } from "./spool/inspect.ts";
export type { Stats } from "./stats.ts";
