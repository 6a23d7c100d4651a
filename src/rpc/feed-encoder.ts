import type {
  StoredActivation,
  SystemEntity,
  Timestamp,
  WatchActivationsResponse,
} from "slimmer-grpc";
import { keptOn } from "../kit/kept-on.ts";

/**
 * Messages of the feed as protobuf. The same activation goes to everybody who watches, so its bytes are made once and kept
 * for as long as the object is. A test holds this against proto-loader.
 */
export function encodeWatchResponse(response: WatchActivationsResponse): Buffer {
  const { activations = [], cursor = "", server_time, caught_up } = response;
  const parts: Buffer[] = [];
  for (const activation of activations) parts.push(activationField(activation));
  const end = Buffer.allocUnsafe(64 + 3 * cursor.length);
  let at = writeText(end, 0, 0x12, cursor);
  at = writeTime(end, at, 0x1a, server_time);
  if (caught_up) at = writeByte(end, at, 0x20, 1);
  parts.push(end.subarray(0, at));
  return Buffer.concat(parts);
}

/** An activation as it stands in a response: with its tag and length. */
const activationField = keptOn((activation: StoredActivation): Buffer => {
  const room = roomFor(activation);
  const bytes = room <= scratch.length ? scratch : Buffer.allocUnsafe(room);
  const end = writeNested(bytes, 0, 0x0a, (start) => writeActivation(bytes, start, activation));
  return Buffer.from(bytes.subarray(0, end));
});

/** Most activations fit: each is made here, and only what it takes is kept. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/** Bytes that are enough for it: three for each character, and what tags, lengths, times and numbers take. */
function roomFor({
  system_id = "",
  run_id = "",
  entity,
  activation_id = "",
  attributes = {},
}: StoredActivation): number {
  const { category = "", name = "", identity = "" } = entity ?? {};
  let room = 180 + 3 * (system_id.length + run_id.length + activation_id.length);
  room += 3 * (category.length + name.length + identity.length);
  for (const key in attributes) room += 30 + 3 * (key.length + (attributes[key] ?? "").length);
  return room;
}

type Sender = { systemId: string; runId: string; bytes: Buffer };

/** The first three fields, which a sensor's activations have in common until its system's next run. */
function senderOf(entity: SystemEntity, systemId: string, runId: string): Buffer {
  const kept = lastSender(entity);
  if (kept.bytes.length === 0 || kept.systemId !== systemId || kept.runId !== runId) {
    const { category = "", name = "", identity = "" } = entity;
    const characters = systemId.length + runId.length + category.length + name.length;
    const room = Buffer.allocUnsafe(60 + 3 * (characters + identity.length));
    const at = writeSender(room, 0, systemId, runId);
    const end = writeNested(room, at, 0x1a, (start) => {
      let next = writeText(room, start, 0x0a, category);
      next = writeText(room, next, 0x12, name);
      return writeText(room, next, 0x1a, identity);
    });
    Object.assign(kept, { systemId, runId, bytes: Buffer.from(room.subarray(0, end)) });
  }
  return kept.bytes;
}

const lastSender = keptOn(
  (_entity: SystemEntity): Sender => ({ systemId: "", runId: "", bytes: Buffer.alloc(0) }),
);

function writeSender(bytes: Buffer, at: number, systemId: string, runId: string): number {
  return writeText(bytes, writeText(bytes, at, 0x0a, systemId), 0x12, runId);
}

/** Only what is not the default, as proto-loader has it. */
function writeActivation(bytes: Buffer, from: number, activation: StoredActivation): number {
  const { system_id = "", run_id = "", entity, activation_id = "", attributes = {} } = activation;
  let at = from;
  if (entity) {
    const sender = senderOf(entity, system_id, run_id);
    bytes.set(sender, at);
    at += sender.length;
  } else at = writeSender(bytes, at, system_id, run_id);
  at = writeText(bytes, at, 0x22, activation_id);
  at = writeTime(bytes, at, 0x2a, activation.shown_at);
  at = writeTime(bytes, at, 0x32, activation.occurred_at);
  at = writeTime(bytes, at, 0x3a, activation.received_at);
  const seq = Number(activation.seq ?? 0);
  if (seq !== 0) at = writeNumber(bytes, at, 0x40, seq);
  for (const key in attributes) {
    const value = attributes[key] ?? "";
    at = writeNested(bytes, at, 0x4a, (start) =>
      writeText(bytes, writeText(bytes, start, 0x0a, key, true), 0x12, value, true),
    );
  }
  if (activation.unregistered) at = writeByte(bytes, at, 0x50, 1);
  if (activation.clock_suspect) at = writeByte(bytes, at, 0x58, 1);
  if (activation.late) at = writeByte(bytes, at, 0x60, 1);
  return at;
}

function writeByte(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  bytes[at + 1] = value;
  return at + 2;
}

function writeNumber(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  return writeVarint(bytes, at + 1, value);
}

/** Up to 2^53 - 1. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > 127) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[end++] = rest;
  return end;
}

/** A negative number takes ten bytes. */
function writeInt64(bytes: Buffer, at: number, value: number): number {
  if (value >= 0) return writeVarint(bytes, at, value);
  let rest = BigInt.asUintN(64, BigInt(value));
  let end = at;
  while (rest > 127n) {
    bytes[end++] = Number(rest & 127n) | 128;
    rest >>= 7n;
  }
  bytes[end++] = Number(rest);
  return end;
}

function writeText(bytes: Buffer, at: number, tag: number, text: string, isAlways = false): number {
  if (text === "" && !isAlways) return at;
  bytes[at] = tag;
  return writeSized(bytes, at + 1, (start) => start + bytes.write(text, start, "utf8"));
}

function writeTime(
  bytes: Buffer,
  at: number,
  tag: number,
  time: Timestamp | null | undefined,
): number {
  if (!time) return at;
  const seconds = Number(time.seconds ?? 0);
  const { nanos = 0 } = time;
  return writeNested(bytes, at, tag, (start) => {
    let end = start;
    if (seconds !== 0) {
      bytes[end] = 0x08;
      end = writeInt64(bytes, end + 1, seconds);
    }
    return nanos === 0 ? end : writeNumber(bytes, end, 0x10, nanos);
  });
}

function writeNested(
  bytes: Buffer,
  at: number,
  tag: number,
  write: (start: number) => number,
): number {
  bytes[at] = tag;
  return writeSized(bytes, at + 1, write);
}

/** Leaves one byte for the length, which is enough for nearly everything; what is longer moves on. */
function writeSized(bytes: Buffer, at: number, write: (start: number) => number): number {
  const end = write(at + 1);
  const length = end - at - 1;
  if (length < 128) {
    bytes[at] = length;
    return end;
  }
  const head = length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
  bytes.copyWithin(at + head, at + 1, end);
  writeVarint(bytes, at, length);
  return at + head + length;
}
