import type { FeedRecord } from "../../store/feed-record.ts";
import { inStretches, type Stretch } from "./stretch.ts";

/** The newest records of the feed, without a gap, in bounded memory. */
export type Ring = {
  /** Throws everything away; the next record is `nextNo`. */
  restart(nextNo: number): void;
  /** `more` must go on where the ring ends. */
  push(more: readonly FeedRecord[]): void;
  /** The stretch with record `no`. */
  get(no: number): Stretch | undefined;
  readonly firstNo: number;
  readonly nextNo: number;
};

export type RingLimits = { rows: number; bytes: number; records: number; messages: number };

/**
 * Some seconds of full load in raw form (90 bytes a row), and messages (about 1 KiB a row) for as long as those who keep up
 * share them: what is kept longer grows old, and is dear to collect.
 */
export const RING_LIMITS: RingLimits = {
  rows: 60_000,
  bytes: 16 * 1024 * 1024,
  records: 4_000,
  messages: 2_000,
};

export function createRing(limits: RingLimits): Ring {
  let records: FeedRecord[] = [];
  /** Of each record the stretch that it is in. */
  let stretches: Stretch[] = [];
  let firstNo = 1;
  let rows = 0;
  let bytes = 0;

  function dropOldest(): void {
    let dropped = 0;
    while (records.length - dropped > 1 && isOver(records.length - dropped)) {
      const record = records[dropped] as FeedRecord;
      rows -= record.count;
      bytes -= record.bytes;
      dropped += 1;
    }
    records = records.slice(dropped);
    stretches = stretches.slice(dropped);
    firstNo += dropped;
  }

  function isOver(count: number): boolean {
    return rows > limits.rows || bytes > limits.bytes || count > limits.records;
  }

  function forgetOldMessages(): void {
    let messages = 0;
    let held = stretches.at(-1);
    while (held) {
      messages += held.messages;
      if (messages > limits.messages) held.forget();
      held = stretches[held.firstNo - firstNo - 1];
    }
  }

  return {
    restart(nextNo) {
      records = [];
      stretches = [];
      firstNo = nextNo;
      rows = 0;
      bytes = 0;
    },
    push(more) {
      for (const record of more) {
        records.push(record);
        rows += record.count;
        bytes += record.bytes;
      }
      for (const stretch of inStretches(more)) {
        for (let no = stretch.firstNo; no < stretch.nextNo; no += 1) stretches.push(stretch);
      }
      dropOldest();
      forgetOldMessages();
    },
    get: (no) => stretches[no - firstNo],
    get firstNo() {
      return firstNo;
    },
    get nextNo() {
      return firstNo + records.length;
    },
  };
}
