import type { Entity } from "./entity.ts";
import { uuidMs } from "./uuid.ts";

/** Bits of the column `activations.flags`. */
export const FLAGS = {
  /** The sensor was not in its run's list. */
  unregistered: 1,
  /** The device's clock was wrong: the row is shown at `received_at`. */
  clockSuspect: 2,
  /** The time in its id is not about the time when it happened: its client made the two apart. */
  idApart: 4,
} as const;

/** Rows with one of these flags do not lie, by their ids, where they are shown. */
export const ELSEWHERE = FLAGS.clockSuspect | FLAGS.idApart;

/**
 * How far the time in an id may lie from the time when its activation happened. Clients make both at once; readers who
 * look for a time among ids look so far around it.
 */
export const ID_SKEW_MS = 5 * 60_000;

/** Whether an activation needs FLAGS.idApart. The id must be a UUIDv7. */
export function isIdApart({
  activationId,
  occurredAtUs,
}: Pick<Activation, "activationId" | "occurredAtUs">): boolean {
  return Math.abs(uuidMs(activationId) - occurredAtUs / 1_000) > ID_SKEW_MS;
}

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
