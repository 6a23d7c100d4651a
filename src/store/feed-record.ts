/**
 * What one flush stored, in the form in which it came from the database. Rows are counted from 0; each question reads a few
 * bytes, so a row that nobody wants costs nothing. Times are Unix microseconds.
 */
export type FeedRecord = {
  readonly no: number;
  /**
   * Tells it apart from another record of the same number: a backup that was restored, or a standby that had not got all,
   * gives numbers out once more. Of six bytes.
   */
  readonly mark: number;
  /** The mark of the record before it; 0 where that is not there. */
  readonly markBefore: number;
  /** Rows in it; a record of presence alone has none. */
  readonly count: number;
  /** What it takes in memory, about. */
  readonly bytes: number;
  /** How long ago it was stored, when it was read. */
  readonly ageSeconds: number;
  systemNo(row: number): number;
  /** 0 where the record does not say. */
  runNo(row: number): number;
  entityNo(row: number): number;
  activationId(row: number): string;
  /** Writes the id of the activation as 36 ASCII characters into `target`. */
  copyActivationId(row: number, target: Uint8Array, at: number): void;
  /** 0 for a client that does not count. */
  seq(row: number): number;
  shownUs(row: number): number;
  occurredUs(row: number): number;
  receivedUs(row: number): number;
  flags(row: number): number;
  attributes(row: number): Record<string, string> | undefined;
};

/** A row of the statements of feed.ts: arrays as array_send gives them. */
export type FeedRow = {
  feed_no: number;
  stored_us: number;
  stored_us_before: number | null;
  received_us: number;
  age_seconds: number;
  system_nos: Buffer;
  run_nos: Buffer | null;
  entity_nos: Buffer;
  activation_ids: Buffer | null;
  seqs: Buffer | null;
  shown_us: Buffer;
  occurred_us: Buffer | null;
  received_us_each: Buffer | null;
  flags: Buffer | null;
  attributes: string | null;
};

export function decodeFeedRecord(row: FeedRow): FeedRecord {
  return new DecodedRecord(row);
}

/** A class, as Column is: hundreds of records come each second, and most of what they took were closures for their questions. */
class DecodedRecord implements FeedRecord {
  readonly no: number;
  readonly mark: number;
  readonly markBefore: number;
  readonly count: number;
  readonly bytes: number;
  readonly ageSeconds: number;
  readonly #receivedUs: number;
  readonly #attributesText: string | null;
  #attributes: readonly (Record<string, string> | null)[] | undefined;
  readonly #ids: Column;
  readonly #systemNos: Column;
  readonly #runNos: Column;
  readonly #entityNos: Column;
  readonly #seqs: Column;
  readonly #shown: Column;
  readonly #occurred: Column;
  readonly #received: Column;
  readonly #flags: Column;

  constructor(row: FeedRow) {
    this.no = row.feed_no;
    this.mark = markOfTime(row.stored_us);
    this.markBefore = markOfTime(row.stored_us_before);
    this.ageSeconds = row.age_seconds;
    this.#receivedUs = row.received_us;
    this.#attributesText = row.attributes;
    const columns = [
      row.activation_ids,
      row.system_nos,
      row.run_nos,
      row.entity_nos,
      row.seqs,
      row.shown_us,
      row.occurred_us,
      row.received_us_each,
      row.flags,
    ].map((bytes) => new Column(bytes)) as NineColumns;
    this.#ids = columns[0];
    this.#systemNos = columns[1];
    this.#runNos = columns[2];
    this.#entityNos = columns[3];
    this.#seqs = columns[4];
    this.#shown = columns[5];
    this.#occurred = columns[6];
    this.#received = columns[7];
    this.#flags = columns[8];
    this.count = this.#ids.length;
    this.bytes = columns.reduce(
      (sum, { size }) => sum + size,
      200 + 2 * (row.attributes?.length ?? 0),
    );
  }

  systemNo(row: number): number {
    return this.#systemNos.int64(row) ?? 0;
  }
  runNo(row: number): number {
    return this.#runNos.int32(row) ?? 0;
  }
  entityNo(row: number): number {
    return this.#entityNos.int32(row) ?? 0;
  }
  activationId(row: number): string {
    return this.#ids.uuid(row);
  }
  copyActivationId(row: number, target: Uint8Array, at: number): void {
    this.#ids.copyUuid(row, target, at);
  }
  seq(row: number): number {
    return this.#seqs.int64(row) ?? 0;
  }
  shownUs(row: number): number {
    return this.#shown.int64(row) ?? 0;
  }
  occurredUs(row: number): number {
    return this.#occurred.int64(row) ?? this.shownUs(row);
  }
  receivedUs(row: number): number {
    return this.#received.int64(row) ?? this.#receivedUs;
  }
  flags(row: number): number {
    return this.#flags.int16(row) ?? 0;
  }
  attributes(row: number): Record<string, string> | undefined {
    if (this.#attributesText === null) return undefined;
    this.#attributes ??= JSON.parse(this.#attributesText) as (Record<string, string> | null)[];
    return this.#attributes[row] ?? undefined;
  }
}

type NineColumns = [Column, Column, Column, Column, Column, Column, Column, Column, Column];

const MARKS = 2 ** 48;

/** The mark of a record that was stored at this microsecond: no two histories have the same there. */
export function markOfTime(storedUs: number | null): number {
  return storedUs === null ? 0 : storedUs % MARKS;
}

/** ndim, has_null, element type; then length and lower bound of the one dimension. */
const HEAD = 20;
const LENGTH_AT = 12;
const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");
const HYPHEN = 0x2d;
const UPPER = 4_294_967_296;

/** An array in PostgreSQL's binary form: each element after its length in four bytes, which is -1 for null. */
class Column {
  readonly length: number;
  readonly #bytes: Buffer;
  /** From one element to the next, where none is null. */
  readonly #stride: number;
  readonly #offsets: Int32Array | undefined;

  constructor(bytes: Buffer | null) {
    this.#bytes = bytes ?? NO_BYTES;
    const isEmpty = bytes === null || bytes.readInt32BE(0) === 0;
    this.length = isEmpty ? 0 : bytes.readInt32BE(LENGTH_AT);
    this.#stride = this.length === 0 ? 0 : 4 + this.#bytes.readInt32BE(HEAD);
    const isDense = isEmpty || bytes.readInt32BE(4) === 0;
    this.#offsets = isDense ? undefined : offsetsOf(bytes, this.length);
  }

  /** In bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  int16(at: number): number | undefined {
    const start = this.#place(at);
    return start < 0 ? undefined : this.#bytes.readInt16BE(start);
  }

  int32(at: number): number | undefined {
    const start = this.#place(at);
    return start < 0 ? undefined : this.#bytes.readInt32BE(start);
  }

  int64(at: number): number | undefined {
    const start = this.#place(at);
    if (start < 0) return undefined;
    return this.#bytes.readInt32BE(start) * UPPER + this.#bytes.readUInt32BE(start + 4);
  }

  uuid(at: number): string {
    const start = this.#place(at);
    if (start < 0) return "";
    const hex = this.#bytes.toString("hex", start, start + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  copyUuid(at: number, target: Uint8Array, to: number): void {
    const start = this.#place(at);
    let next = to;
    for (let index = 0; index < 16; index += 1) {
      if (index === 4 || index === 6 || index === 8 || index === 10) target[next++] = HYPHEN;
      const byte = this.#bytes[start + index] as number;
      target[next++] = HEX_DIGITS[byte >> 4] as number;
      target[next++] = HEX_DIGITS[byte & 15] as number;
    }
  }

  /** Where the element begins; -1 for null, and for an array that is none. */
  #place(at: number): number {
    if (at >= this.length) return -1;
    return this.#offsets ? (this.#offsets[at] as number) : HEAD + at * this.#stride + 4;
  }
}

const NO_BYTES = Buffer.alloc(0);

function offsetsOf(bytes: Buffer, length: number): Int32Array {
  const offsets = new Int32Array(length);
  let position = HEAD;
  for (let at = 0; at < length; at += 1) {
    const size = bytes.readInt32BE(position);
    offsets[at] = size < 0 ? -1 : position + 4;
    position += 4 + Math.max(0, size);
  }
  return offsets;
}
