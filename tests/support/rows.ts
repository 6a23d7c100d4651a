import { v7 } from "uuid";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { uuidMs } from "../../src/domain/uuid.ts";

export const DAY_MS = 86_400_000;

/** A new id of this moment of a device. */
export function idAt(ms: number): string {
  return v7({ msecs: ms });
}

/** One row to be: of the first sensor of the first system, now, with a new id, unless told otherwise. */
export function rowOf(facts: Partial<ActivationRow> = {}): ActivationRow {
  const activationId = facts.activationId ?? idAt(Date.now());
  return {
    systemNo: 1,
    runNo: 1,
    entityNo: 1,
    activationId,
    occurredAtUs: uuidMs(activationId) * 1_000,
    receivedAtUs: Date.now() * 1_000,
    seq: 0,
    flags: 0,
    attributes: undefined,
    ...facts,
  };
}

export function rowsOf(count: number, facts: Partial<ActivationRow> = {}): ActivationRow[] {
  return Array.from({ length: count }, () => rowOf(facts));
}

/** Numbers from 0 to below 1 that look random, and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from 0 to below `end`. */
export function pick(random: () => number, end: number): number {
  return Math.floor(random() * end);
}
