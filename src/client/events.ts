import type { Delivery } from "./firing.ts";
import type { Sensor } from "./sensor.ts";

/** Why an activation was given up before the server had it. */
export type DropCause =
  /** The spool or the memory reached its bounds. */
  | "overflow"
  /** It was older than `maxAgeMs`. */
  | "expired"
  /** Its record on disk is damaged. */
  | "damaged"
  /** It was in memory only, and the client was closed. */
  | "closed";

/** What a client tells about its work; see `Client.on`. */
export type ClientEvents = {
  /** The server has stored these (one event for each acknowledgement). */
  delivered: { readonly runId: string; readonly deliveries: readonly Delivery[] };
  /** A call failed, and is repeated after `waitMs` milliseconds. `status` is a gRPC status name, `reason` that of docs/errors.md. */
  retried: {
    readonly status: string;
    readonly reason: string | undefined;
    readonly message: string;
    /** Activations that are sent again; 0 where it was no activation (a registration, a heartbeat). */
    readonly count: number;
    readonly waitMs: number;
  };
  /** Activations are lost: they are counted, and reported to the server. Times are Unix milliseconds of the oldest and newest. */
  dropped: {
    readonly cause: DropCause;
    readonly count: number;
    readonly fromMs: number;
    readonly toMs: number;
  };
  /** The server refused this one for good; with a spool it is in the dead-letter file. */
  refused: {
    readonly runId: string;
    readonly activationId: string;
    readonly sensor: Sensor | undefined;
    readonly status: string;
    readonly reason: string | undefined;
    readonly message: string;
  };
  /** A connection works: a call was answered after none was, or for the first time. */
  connected: { readonly address: string };
  /** Calls have begun to fail. */
  disconnected: { readonly address: string; readonly message: string };
  /** The disk or the device's clock does not do what it should; the client goes on. */
  problem: { readonly what: "disk" | "clock" | "access" | "run"; readonly message: string };
};

export type ClientEventName = keyof ClientEvents;

/** Tells listeners; what a listener throws is its own business, and never stops the client. */
export type Tell = <Name extends ClientEventName>(name: Name, event: ClientEvents[Name]) => void;
