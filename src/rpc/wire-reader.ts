/**
 * Reads the protobuf wire format (protobuf.dev/programming-guides/encoding) from one buffer. Throws a RangeError where the
 * bytes end too early or make no sense.
 */
export type WireReader = {
  /** Where the next byte is read. */
  position: number;
  readonly bytes: Buffer;
};

/** The number and wire type of the next field, as they stand in its tag: `number << 3 | type`. */
export function readTag(reader: WireReader): number {
  return readUint32(reader);
}

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A varint of which only the low 32 bits count, as an unsigned number. */
export function readUint32(reader: WireReader): number {
  readVarint(reader);
  return low;
}

/** An int32: negative ones travel as ten bytes. */
export function readInt32(reader: WireReader): number {
  readVarint(reader);
  return low | 0;
}

/** A uint64; above 2^53 - 1 the nearest number. */
export function readUint64(reader: WireReader): number {
  readVarint(reader);
  return high * 4_294_967_296 + low;
}

export function readInt64(reader: WireReader): number {
  readVarint(reader);
  return (high | 0) * 4_294_967_296 + low;
}

/** The end of a length-delimited field whose length is read next. */
export function readEnd(reader: WireReader): number {
  const length = readUint32(reader);
  const end = reader.position + length;
  if (end > reader.bytes.length) throw tooShort();
  return end;
}

/** Throws unless a length-delimited field was read to its very end. */
export function requireEnd(reader: WireReader, end: number): void {
  if (reader.position !== end) throw new RangeError("a field reaches beyond its message");
}

/** A string; what is no UTF-8 becomes U+FFFD, which the checks of fields refuse. */
export function readText(reader: WireReader): string {
  const end = readEnd(reader);
  const text = reader.bytes.toString("utf8", reader.position, end);
  reader.position = end;
  return text;
}

/** Passes over a field that nobody knows. */
export function skipField(reader: WireReader, tag: number): void {
  if (tag >>> 3 === 0) throw new RangeError("a field with the number 0");
  switch (tag & 7) {
    case WIRE.varint:
      readVarint(reader);
      return;
    case WIRE.fixed64:
      reader.position += 8;
      break;
    case WIRE.bytes:
      reader.position = readEnd(reader);
      return;
    case WIRE.fixed32:
      reader.position += 4;
      break;
    default:
      throw new RangeError(`wire type ${tag & 7}`);
  }
  if (reader.position > reader.bytes.length) throw tooShort();
}

// The halves of the last varint: two numbers, where an object for each would be garbage for each.
let low = 0;
let high = 0;

function readVarint(reader: WireReader): void {
  const { bytes } = reader;
  let { position } = reader;
  let byte = bytes[position++];
  if (byte === undefined) throw tooShort();
  low = byte & 127;
  high = 0;
  for (let shift = 7; byte >= 128; shift += 7) {
    if (shift > 63) throw new RangeError("a varint of more than ten bytes");
    byte = bytes[position++];
    if (byte === undefined) throw tooShort();
    const bits = byte & 127;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (shift - 32);
  }
  low >>>= 0;
  high >>>= 0;
  reader.position = position;
}

function tooShort(): RangeError {
  return new RangeError("the bytes end in the middle of a field");
}
