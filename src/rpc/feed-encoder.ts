import type { StoredActivation, Timestamp, WatchActivationsResponse } from "slimmer-grpc";

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

const fields = new WeakMap<StoredActivation, Buffer>();

/** An activation as it stands in a response: with its tag and length. */
function activationField(activation: StoredActivation): Buffer {
  let field = fields.get(activation);
  if (!field) {
    const body = encodeStoredActivation(activation);
    const head = Buffer.allocUnsafe(11);
    head[0] = 0x0a;
    field = Buffer.concat([head.subarray(0, writeVarint(head, 1, body.length)), body]);
    fields.set(activation, field);
  }
  return field;
}

/** Only what is not the default, as proto-loader has it. */
export function encodeStoredActivation(activation: StoredActivation): Buffer {
  const { system_id = "", run_id = "", entity, activation_id = "", attributes = {} } = activation;
  const { category = "", name = "", identity = "" } = entity ?? {};
  const entries = Object.entries(attributes);
  let room = 160 + 3 * (system_id.length + run_id.length + activation_id.length);
  room += 3 * (category.length + name.length + identity.length);
  for (const [key, value] of entries) room += 30 + 3 * (key.length + value.length);
  const bytes = Buffer.allocUnsafe(room);
  let at = writeText(bytes, 0, 0x0a, system_id);
  at = writeText(bytes, at, 0x12, run_id);
  if (entity) {
    at = writeNested(bytes, at, 0x1a, (start) => {
      let end = writeText(bytes, start, 0x0a, category);
      end = writeText(bytes, end, 0x12, name);
      return writeText(bytes, end, 0x1a, identity);
    });
  }
  at = writeText(bytes, at, 0x22, activation_id);
  at = writeTime(bytes, at, 0x2a, activation.shown_at);
  at = writeTime(bytes, at, 0x32, activation.occurred_at);
  at = writeTime(bytes, at, 0x3a, activation.received_at);
  const seq = Number(activation.seq ?? 0);
  if (seq !== 0) at = writeNumber(bytes, at, 0x40, seq);
  for (const [key, value] of entries) {
    at = writeNested(bytes, at, 0x4a, (start) =>
      writeText(bytes, writeText(bytes, start, 0x0a, key, true), 0x12, value, true),
    );
  }
  if (activation.unregistered) at = writeByte(bytes, at, 0x50, 1);
  if (activation.clock_suspect) at = writeByte(bytes, at, 0x58, 1);
  if (activation.late) at = writeByte(bytes, at, 0x60, 1);
  return bytes.subarray(0, at);
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
