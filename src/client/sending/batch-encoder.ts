import type { Item } from "../outbox/item.ts";
import { varintLength, writeVarint } from "../varint.ts";

// Tags of slimmer_grpc.ActivationBatch; those of system_id and run_id are the same in slimmer_grpc.Activation.
const SYSTEM_ID = 0x0a;
const RUN_ID = 0x12;
const ACTIVATIONS = 0x1a;
const BATCH_NO = 0x20;

type Place = { readonly systemId: string; readonly runId: string };

/** Serialises `slimmer_grpc.ActivationBatch` around activations that are serialised already. One copy, and nothing else for each item. */
export function encodeBatch(place: Place, items: readonly Item[], batchNo: number): Buffer {
  let length = placeLength(place) + (batchNo > 0 ? 1 + varintLength(batchNo) : 0);
  const parts = items.map(({ bytes }) => bytes);
  for (const bytes of parts) length += 1 + varintLength(bytes.length) + bytes.length;
  // Not of the pool, which is for small ones that live long.
  const batch = Buffer.allocUnsafeSlow(length);
  let at = writePlace(batch, place);
  for (const bytes of parts) {
    batch[at++] = ACTIVATIONS;
    at = writeVarint(batch, bytes.length, at);
    at += bytes.copy(batch, at);
  }
  if (batchNo > 0) {
    batch[at++] = BATCH_NO;
    writeVarint(batch, batchNo, at);
  }
  return batch;
}

/** A single `slimmer_grpc.Activation`: fields may come in any order, so the place is put before the rest. */
export function encodeSingle(place: Place, { bytes }: Item): Buffer {
  const activation = Buffer.allocUnsafe(placeLength(place) + bytes.length);
  bytes.copy(activation, writePlace(activation, place));
  return activation;
}

function placeLength({ systemId, runId }: Place): number {
  const [system, run] = [Buffer.byteLength(systemId), Buffer.byteLength(runId)];
  return 2 + varintLength(system) + system + varintLength(run) + run;
}

/** Returns the place after it. */
function writePlace(bytes: Buffer, { systemId, runId }: Place): number {
  let at = 0;
  for (const [tag, text] of [
    [SYSTEM_ID, systemId],
    [RUN_ID, runId],
  ] as const) {
    bytes[at++] = tag;
    at = writeVarint(bytes, Buffer.byteLength(text), at);
    at += bytes.write(text, at);
  }
  return at;
}
