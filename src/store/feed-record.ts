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
  const ids = column(row.activation_ids);
  const systemNos = column(row.system_nos);
  const runNos = column(row.run_nos);
  const entityNos = column(row.entity_nos);
  const seqs = column(row.seqs);
  const shown = column(row.shown_us);
  const occurred = column(row.occurred_us);
  const received = column(row.received_us_each);
  const flags = column(row.flags);
  const columns = [ids, systemNos, runNos, entityNos, seqs, shown, occurred, received, flags];
  const { attributes: text } = row;
  let attributes: readonly (Record<string, string> | null)[] | undefined;
  const shownUs = (at: number) => shown.int64(at) ?? 0;

  return {
    no: row.feed_no,
    mark: markOfTime(row.stored_us),
    markBefore: markOfTime(row.stored_us_before),
    count: ids.length,
    bytes: columns.reduce((sum, { bytes }) => sum + bytes, 200 + 2 * (text?.length ?? 0)),
    ageSeconds: row.age_seconds,
    systemNo: (at) => systemNos.int64(at) ?? 0,
    runNo: (at) => runNos.int32(at) ?? 0,
    entityNo: (at) => entityNos.int32(at) ?? 0,
    activationId: (at) => ids.uuid(at),
    copyActivationId: (at, target, to) => ids.copyUuid(at, target, to),
    seq: (at) => seqs.int64(at) ?? 0,
    shownUs,
    occurredUs: (at) => occurred.int64(at) ?? shownUs(at),
    receivedUs: (at) => received.int64(at) ?? row.received_us,
    flags: (at) => flags.int16(at) ?? 0,
    attributes(at) {
      if (text === null) return undefined;
      attributes ??= JSON.parse(text) as (Record<string, string> | null)[];
      return attributes[at] ?? undefined;
    },
  };
}

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
function column(bytes: Buffer | null) {
  const isEmpty = bytes === null || bytes.readInt32BE(0) === 0;
  const length = isEmpty ? 0 : bytes.readInt32BE(LENGTH_AT);
  const isDense = isEmpty || bytes.readInt32BE(4) === 0;
  const stride = isEmpty || length === 0 ? 0 : 4 + bytes.readInt32BE(HEAD);
  const offsets = isEmpty || isDense ? undefined : offsetsOf(bytes, length);

  /** Where the element begins; -1 for null, and for an array that is none. */
  function place(at: number): number {
    if (isEmpty || at >= length) return -1;
    return offsets ? (offsets[at] as number) : HEAD + at * stride + 4;
  }

  return {
    length,
    bytes: bytes?.length ?? 0,
    int16(at: number): number | undefined {
      const start = place(at);
      return start < 0 ? undefined : (bytes as Buffer).readInt16BE(start);
    },
    int32(at: number): number | undefined {
      const start = place(at);
      return start < 0 ? undefined : (bytes as Buffer).readInt32BE(start);
    },
    int64(at: number): number | undefined {
      const start = place(at);
      if (start < 0) return undefined;
      return (
        (bytes as Buffer).readInt32BE(start) * UPPER + (bytes as Buffer).readUInt32BE(start + 4)
      );
    },
    uuid(at: number): string {
      const start = place(at);
      if (start < 0) return "";
      const hex = (bytes as Buffer).toString("hex", start, start + 16);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
    copyUuid(at: number, target: Uint8Array, to: number): void {
      const start = place(at);
      let next = to;
      for (let index = 0; index < 16; index += 1) {
        if (index === 4 || index === 6 || index === 8 || index === 10) target[next++] = HYPHEN;
        const byte = (bytes as Buffer)[start + index] as number;
        target[next++] = HEX_DIGITS[byte >> 4] as number;
        target[next++] = HEX_DIGITS[byte & 15] as number;
      }
    },
  };
}

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
