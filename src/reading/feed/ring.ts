import type { FeedRecord } from "../../store/feed-record.ts";
import { type HeldRecord, holdRecord } from "./held-record.ts";

/** The newest records of the feed, without a gap, in bounded memory. */
export type Ring = {
  /** Throws everything away; the next record is `nextNo`. */
  restart(nextNo: number): void;
  /** `records` must go on where the ring ends. */
  push(records: readonly FeedRecord[]): void;
  get(no: number): HeldRecord | undefined;
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
  let held: HeldRecord[] = [];
  let firstNo = 1;
  let rows = 0;
  let bytes = 0;

  function dropOldest(): void {
    let dropped = 0;
    while (held.length - dropped > 1 && isOver(held.length - dropped)) {
      const { record } = held[dropped] as HeldRecord;
      rows -= record.count;
      bytes -= record.bytes;
      dropped += 1;
    }
    held = held.slice(dropped);
    firstNo += dropped;
  }

  function isOver(records: number): boolean {
    return rows > limits.rows || bytes > limits.bytes || records > limits.records;
  }

  function forgetOldMessages(): void {
    let messages = 0;
    for (let at = held.length - 1; at >= 0; at -= 1) {
      const one = held[at] as HeldRecord;
      messages += one.messages;
      if (messages > limits.messages) one.forget();
    }
  }

  return {
    restart(nextNo) {
      held = [];
      firstNo = nextNo;
      rows = 0;
      bytes = 0;
    },
    push(records) {
      for (const record of records) {
        held.push(holdRecord(record));
        rows += record.count;
        bytes += record.bytes;
      }
      dropOldest();
      forgetOldMessages();
    },
    get: (no) => held[no - firstNo],
    get firstNo() {
      return firstNo;
    },
    get nextNo() {
      return firstNo + held.length;
    },
  };
}
