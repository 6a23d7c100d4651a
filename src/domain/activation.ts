import type { Entity } from "./entity.ts";

/** Bits of the column `activations.flags`. */
export const FLAGS = {
  /** The sensor was not in its run's list. */
  unregistered: 1,
  /** The device's clock was wrong: the row is shown at `received_at`. */
  clockSuspect: 2,
} as const;

/** One firing of one sensor as a client reports it, checked, with every gap filled. Times are Unix microseconds. */
export type Activation = {
  systemId: string;
  runId: string;
  entity: Entity;
  /** A UUIDv7; the client's, or made at arrival. */
  activationId: string;
  occurredAtUs: number;
  receivedAtUs: number;
  /** 1, 2, 3 … per run, or 0 for a client that does not count. */
  seq: number;
  /** A JSON object, or undefined for none. */
  attributes: string | undefined;
};

/** The same with the dictionary numbers of the store in place of names: one row to be. */
export type ActivationRow = {
  systemNo: number;
  runNo: number;
  entityNo: number;
  activationId: string;
  occurredAtUs: number;
  receivedAtUs: number;
  seq: number;
  flags: number;
  attributes: string | undefined;
};

/** What became of one activation. */
export type Stored = {
  activationId: string;
  /** It was stored before, by an earlier copy of the same request; nothing changed. */
  duplicate: boolean;
  unregistered: boolean;
  clockSuspect: boolean;
};
