/** What protobuf messages are made of, written into bytes that are large enough; each gives the place after it. */

export function writeByte(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  bytes[at + 1] = value;
  return at + 2;
}

export function writeNumber(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  return writeVarint(bytes, at + 1, value);
}

/** Up to 2^53 - 1. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > MAX_INT32) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[end++] = (rest & 127) | 128;
    rest >>= 7;
  }
  bytes[end++] = rest;
  return end;
}

/** Up to which numbers can be shifted. */
const MAX_INT32 = 2 ** 31 - 1;

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

export function writeText(
  bytes: Buffer,
  at: number,
  tag: number,
  text: string,
  isAlways = false,
): number {
  if (text === "" && !isAlways) return at;
  bytes[at] = tag;
  return writeSized(bytes, at + 1, (start) => start + bytes.write(text, start, "utf8"));
}

/** A google.protobuf.Timestamp, from Unix microseconds. */
export function writeTime(bytes: Buffer, at: number, tag: number, us: number): number {
  const seconds = Math.floor(us / 1_000_000);
  const nanos = (us - seconds * 1_000_000) * 1_000;
  let end = at + 2;
  if (seconds !== 0) {
    bytes[end] = 0x08;
    end = writeInt64(bytes, end + 1, seconds);
  }
  if (nanos !== 0) end = writeNumber(bytes, end, 0x10, nanos);
  bytes[at] = tag;
  bytes[at + 1] = end - at - 2; // at most 17
  return end;
}

export function writeNested(
  bytes: Buffer,
  at: number,
  tag: number,
  write: (start: number) => number,
): number {
  bytes[at] = tag;
  return writeSized(bytes, at + 1, write);
}

/** Leaves one byte for the length, which is enough for nearly everything; what is longer moves on. */
export function writeSized(bytes: Buffer, at: number, write: (start: number) => number): number {
  return sizeWritten(bytes, at, 1, write(at + 1));
}

/**
 * Puts the length of what was written up to `end` before it, where `room` bytes were left for that from `at` on; what was
 * written moves where the length takes more of them, or less.
 */
export function sizeWritten(bytes: Buffer, at: number, room: number, end: number): number {
  const length = end - at - room;
  const head = varintSize(length);
  if (head !== room) bytes.copyWithin(at + head, at + room, end);
  writeVarint(bytes, at, length);
  return at + head + length;
}

/** How many bytes the length of a message takes. */
export function varintSize(length: number): number {
  return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
}
