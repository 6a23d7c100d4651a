import { FeedColumns } from "./feed-columns.ts";

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

/** The arrays of a record, in the order in which the statements of feed.ts have them in `columns`. */
export const FEED_COLUMNS = [
  "activation_ids",
  "system_nos",
  "run_nos",
  "entity_nos",
  "seqs",
  "shown_us",
  "occurred_us",
  "received_us",
  "flags",
] as const;

const IDS = FEED_COLUMNS.indexOf("activation_ids");
const SYSTEM_NOS = FEED_COLUMNS.indexOf("system_nos");
const RUN_NOS = FEED_COLUMNS.indexOf("run_nos");
const ENTITY_NOS = FEED_COLUMNS.indexOf("entity_nos");
const SEQS = FEED_COLUMNS.indexOf("seqs");
const SHOWN = FEED_COLUMNS.indexOf("shown_us");
const OCCURRED = FEED_COLUMNS.indexOf("occurred_us");
const RECEIVED = FEED_COLUMNS.indexOf("received_us");
const FLAGS = FEED_COLUMNS.indexOf("flags");

/** A row of the statements of feed.ts. */
export type FeedRow = {
  feed_no: number;
  stored_us: number;
  stored_us_before: number | null;
  received_us: number;
  age_seconds: number;
  /** The arrays as array_send gives them, one after the other, as base64; one that is null is empty. */
  columns: string;
  attributes: string | null;
};

export function decodeFeedRecord(row: FeedRow): FeedRecord {
  return new DecodedRecord(row);
}

/** A class: hundreds of records come each second, and most of what they took were closures for their questions. */
class DecodedRecord implements FeedRecord {
  readonly no: number;
  readonly mark: number;
  readonly markBefore: number;
  readonly count: number;
  readonly bytes: number;
  readonly ageSeconds: number;
  readonly #columns: FeedColumns;
  readonly #receivedUs: number;
  readonly #attributesText: string | null;
  #attributes: readonly (Record<string, string> | null)[] | undefined;

  constructor(row: FeedRow) {
    this.no = row.feed_no;
    this.mark = markOfTime(row.stored_us);
    this.markBefore = markOfTime(row.stored_us_before);
    this.ageSeconds = row.age_seconds;
    this.#columns = new FeedColumns(Buffer.from(row.columns, "base64"));
    this.#receivedUs = row.received_us;
    this.#attributesText = row.attributes;
    this.count = this.#columns.lengthOf(IDS);
    this.bytes = 200 + this.#columns.size + 2 * (row.attributes?.length ?? 0);
  }

  systemNo(row: number): number {
    return this.#columns.int64(SYSTEM_NOS, row) ?? 0;
  }
  runNo(row: number): number {
    return this.#columns.int32(RUN_NOS, row) ?? 0;
  }
  entityNo(row: number): number {
    return this.#columns.int32(ENTITY_NOS, row) ?? 0;
  }
  activationId(row: number): string {
    return this.#columns.uuid(IDS, row);
  }
  copyActivationId(row: number, target: Uint8Array, at: number): void {
    this.#columns.copyUuid(IDS, row, target, at);
  }
  seq(row: number): number {
    return this.#columns.int64(SEQS, row) ?? 0;
  }
  shownUs(row: number): number {
    return this.#columns.int64(SHOWN, row) ?? 0;
  }
  occurredUs(row: number): number {
    return this.#columns.int64(OCCURRED, row) ?? this.shownUs(row);
  }
  receivedUs(row: number): number {
    return this.#columns.int64(RECEIVED, row) ?? this.#receivedUs;
  }
  flags(row: number): number {
    return this.#columns.int16(FLAGS, row) ?? 0;
  }
  attributes(row: number): Record<string, string> | undefined {
    if (this.#attributesText === null) return undefined;
    this.#attributes ??= JSON.parse(this.#attributesText) as (Record<string, string> | null)[];
    return this.#attributes[row] ?? undefined;
  }
}

const MARKS = 2 ** 48;

/** The mark of a record that was stored at this microsecond: no two histories have the same there. */
export function markOfTime(storedUs: number | null): number {
  return storedUs === null ? 0 : storedUs % MARKS;
}
