import type { ClientEventName, ClientEvents } from "./events.ts";
import type { Firing } from "./firing.ts";
import type { Registration } from "./outbox/run-record.ts";
import type { Sensor } from "./sensor.ts";
import type { Stats } from "./stats.ts";

export type RunOptions = {
  /** Anything to say about the run (site, firmware, boot reason). At most 16; keys of 1 to 64 characters, values of at most 256. */
  labels?: Record<string, string>;
  /** How long without a sign of life before this system counts as silent, in milliseconds; 1 s to 366 days. Default: the server's. */
  silentAfterMs?: number;
};

export type FireOptions = {
  /** Anything to keep with it. At most 16; keys of 1 to 64 characters, values of at most 256. */
  attributes?: Record<string, string>;
  /** When the sensor triggered, where that is not now. */
  occurredAt?: Date;
};

export type Run = {
  readonly id: string;
  readonly startedAt: Date;
  /** Resolves once the server has the run, with the changes against the previous one; rejects when it never will. May be ignored. */
  readonly registered: Promise<Registration>;
  /** Never blocks, and never throws. */
  fire(sensor: Sensor, options?: FireOptions): Firing;
  /** A planned stop, which is not a silence. Resolves once the server knows it. Fire after this is refused. */
  end(reason?: string): Promise<void>;
};

export type Client = {
  readonly systemId: string;
  /** Starts a run with the sensors that are connected to the system. Returns at once; throws a ClientError (OPTIONS_INVALID) that names every wrong field. */
  run(sensors: readonly Sensor[], options?: RunOptions): Run;
  /**
   * Goes on with a run that was begun elsewhere (another process of the same system). Its activations carry no seq, because
   * two can't count together, and a server that has forgotten the run refuses them.
   */
  resume(runId: string): Run;
  /** Asks for an echo, as a sign of life; rejects with a ClientError. Milliseconds. */
  ping(): Promise<{ roundTripMs: number; clockSkewMs: number | undefined }>;
  /** Resolves once everything that was accepted before is delivered, refused or dropped, and every run and its end that was told is known to the server. Default timeout: none. Rejects with TIMEOUT. */
  flush(options?: { timeoutMs?: number }): Promise<void>;
  /** Resolves when there is room for more: for the overflow policy "block". */
  room(): Promise<void>;
  stats(): Stats;
  on<Name extends ClientEventName>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): Client;
  off<Name extends ClientEventName>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): Client;
  /** Flushes for at most `timeoutMs` (5,000), syncs the spool, and lets go of it. What is on disk by then is sent at the next start; what is in memory only is counted as dropped. Never rejects. */
  close(options?: { timeoutMs?: number }): Promise<void>;
};
