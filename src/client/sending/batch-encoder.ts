import type { Item } from "../outbox/item.ts";

// Tags of slimmer_grpc.ActivationBatch; those of system_id and run_id are the same in slimmer_grpc.Activation.
const SYSTEM_ID = 0x0a;
const RUN_ID = 0x12;
const ACTIVATIONS = 0x1a;
const BATCH_NO = 0x20;

/** Serialises `slimmer_grpc.ActivationBatch` around activations that are serialised already. */
export function encodeBatch(
  place: { systemId: string; runId: string },
  items: readonly Item[],
  batchNo: number,
): Buffer {
  const parts = [encodePlace(place)];
  for (const { bytes } of items) parts.push(head(ACTIVATIONS, bytes.length), bytes);
  if (batchNo > 0) parts.push(head(BATCH_NO, batchNo));
  return Buffer.concat(parts);
}

/** A single `slimmer_grpc.Activation`: fields may come in any order, so the place is put before the rest. */
export function encodeSingle(place: { systemId: string; runId: string }, { bytes }: Item): Buffer {
  return Buffer.concat([encodePlace(place), bytes]);
}

function encodePlace({ systemId, runId }: { systemId: string; runId: string }): Buffer {
  const [system, run] = [Buffer.from(systemId), Buffer.from(runId, "latin1")];
  return Buffer.concat([head(SYSTEM_ID, system.length), system, head(RUN_ID, run.length), run]);
}

/** A tag, and a length or a number as varint. */
function head(tag: number, value: number): Buffer {
  const bytes = [tag];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
