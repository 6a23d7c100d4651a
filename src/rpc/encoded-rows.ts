import { FLAGS } from "../domain/activation.ts";
import type { Entity } from "../domain/entity.ts";
import { keptOn } from "../kit/kept-on.ts";
import { isLate } from "../reading/feed/record-message.ts";
import type { Stretch } from "../reading/feed/stretch.ts";
import type { FeedRecord } from "../store/feed-record.ts";
import {
  sizeWritten,
  varintSize,
  writeByte,
  writeNested,
  writeNumber,
  writeSized,
  writeText,
  writeTime,
} from "./wire-writer.ts";

/** Rows of a stretch as they stand in a response, with tag and length; each is made once, for all who watch. */
export type EncodedRows = {
  /** How many bytes these rows take. */
  size(rows: readonly number[]): number;
  /** Copies these rows one after the other; gives the place after them. */
  copy(rows: readonly number[], target: Buffer, at: number): number;
};

const encodedIn = keptOn((_shared: object): { rows?: EncodedRows } => ({}));

/** The rows of a stretch as far as somebody wanted them, kept with it. */
export function encodedRows(held: Stretch): EncodedRows {
  const kept = encodedIn(held.shared);
  kept.rows ??= encode(held);
  return kept.rows;
}

const ROW_BYTES = 256;
const FIRST_BYTES = 64 * 1024;
/** Tags, lengths, times, numbers, flags and the identifier of a row. */
const FIXED_BYTES = 180;
const UUID_LENGTH = 36;
const ACTIVATION_TAG = 0x0a;

function encode(held: Stretch): EncodedRows {
  const { count } = held;
  let bytes = Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, count * ROW_BYTES));
  let used = 0;
  /** What the length of a row takes, most likely: as much as that of the last one. */
  let lengthRoom = 1;
  const starts = new Uint32Array(count);
  /** 0 for a row that nobody has wanted yet. */
  const ends = new Uint32Array(count);

  function make(row: number): void {
    const sender = senderOf(held, row);
    const record = held.recordOf(row);
    const index = held.indexOf(row);
    const attributes = record.attributes(index);
    const room = FIXED_BYTES + sender.length + roomFor(attributes);
    if (used + room > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, used + room));
      bytes.copy(larger, 0, 0, used);
      bytes = larger;
    }
    starts[row] = used;
    bytes[used] = ACTIVATION_TAG;
    const end = writeRow(bytes, used + 1 + lengthRoom, record, index, sender, attributes);
    const length = end - used - 1 - lengthRoom;
    used = sizeWritten(bytes, used + 1, lengthRoom, end);
    lengthRoom = varintSize(length);
    ends[row] = used;
  }

  return {
    size(rows) {
      let size = 0;
      for (const row of rows) {
        if (ends[row] === 0) make(row);
        size += (ends[row] as number) - (starts[row] as number);
      }
      return size;
    },
    copy(rows, target, from) {
      let at = from;
      let start = 0;
      let end = 0;
      // Those who want the same sensors made them one after the other: few copies do.
      for (const row of rows) {
        if (ends[row] === 0) make(row);
        if (starts[row] !== end) {
          at += bytes.copy(target, at, start, end);
          start = starts[row] as number;
        }
        end = ends[row] as number;
      }
      return at + bytes.copy(target, at, start, end);
    },
  };
}

function roomFor(attributes: Record<string, string> | undefined): number {
  let room = 0;
  for (const key in attributes) room += 30 + 3 * (key.length + (attributes[key] ?? "").length);
  return room;
}

/** Only what is not the default, as proto-loader has it. */
function writeRow(
  bytes: Buffer,
  from: number,
  record: FeedRecord,
  row: number,
  sender: Buffer,
  attributes: Record<string, string> | undefined,
): number {
  bytes.set(sender, from);
  let at = from + sender.length;
  bytes[at] = 0x22;
  bytes[at + 1] = UUID_LENGTH;
  record.copyActivationId(row, bytes, at + 2);
  at += 2 + UUID_LENGTH;
  const shownUs = record.shownUs(row);
  const receivedUs = record.receivedUs(row);
  at = writeTime(bytes, at, 0x2a, shownUs);
  at = writeTime(bytes, at, 0x32, record.occurredUs(row));
  at = writeTime(bytes, at, 0x3a, receivedUs);
  const seq = record.seq(row);
  if (seq !== 0) at = writeNumber(bytes, at, 0x40, seq);
  for (const key in attributes) {
    const value = attributes[key] ?? "";
    at = writeNested(bytes, at, 0x4a, (start) =>
      writeText(bytes, writeText(bytes, start, 0x0a, key, true), 0x12, value, true),
    );
  }
  const flags = record.flags(row);
  if (flags & FLAGS.unregistered) at = writeByte(bytes, at, 0x50, 1);
  if (flags & FLAGS.clockSuspect) at = writeByte(bytes, at, 0x58, 1);
  if (isLate(shownUs, receivedUs)) at = writeByte(bytes, at, 0x60, 1);
  return at;
}

type Sender = { systemId: string; runId: string; bytes: Buffer };

/** The first three fields, which a sensor's activations have in common until its system's next run. */
function senderOf(held: Stretch, row: number): Buffer {
  const sensor = held.sensor(row);
  const { systemId, runId } = held.run(row);
  const kept = lastSender(sensor);
  if (kept.bytes.length === 0 || kept.systemId !== systemId || kept.runId !== runId) {
    Object.assign(kept, { systemId, runId, bytes: encodeSender(sensor, systemId, runId) });
  }
  return kept.bytes;
}

const lastSender = keptOn(
  (_sensor: Entity): Sender => ({ systemId: "", runId: "", bytes: Buffer.alloc(0) }),
);

function encodeSender(
  { category, name, identity }: Entity,
  systemId: string,
  runId: string,
): Buffer {
  const characters = systemId.length + runId.length + category.length + name.length;
  const room = Buffer.allocUnsafe(60 + 3 * (characters + identity.length));
  const at = writeText(room, writeText(room, 0, 0x0a, systemId), 0x12, runId);
  room[at] = 0x1a;
  const end = writeSized(room, at + 1, (start) => {
    let next = writeText(room, start, 0x0a, category);
    next = writeText(room, next, 0x12, name);
    return writeText(room, next, 0x1a, identity);
  });
  return Buffer.from(room.subarray(0, end));
}
