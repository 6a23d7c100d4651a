import { crc32 } from "node:zlib";
import type { NewRecord } from "./spool.ts";
import { readUuid, writeUuid } from "./uuid-bytes.ts";

/*
 * The folder of a spool (docs/spool.md tells it to people):
 *
 *   lock.<pid>.<…>            whose folder it is; empty, the name says it all (folder-lock.ts)
 *   segments/<16 hex>.seg     the records; names ascend, and begin with the millisecond at which they were made
 *   runs/<run id>.json        what a run registered, until nothing of it is needed
 *   dead-letter.ndjson        what the server refused for good; dead-letter.1.ndjson is the older half
 *   damaged.json              lost records that were reported, for each segment, so that they are reported once
 *   losses.json, clock.json   small states of the client
 *
 * A segment, little-endian:
 *
 *   header   8 "slimspl\n" | u32 version | f64 creation time | u32 crc32 of the 20 bytes before
 *   record   4 marker | u32 crc32 | u32 length of what follows | u8 type | 16 run id | 16 activation id | f64 time | Activation
 *   record   …
 *
 * A record's checksum covers everything behind it, and starts from the checksum of the file's name plus the record's
 * offset. So a record is valid in its own place only: neither one inside the bytes of another, nor an old one in a
 * block that the disk used again, is ever taken for one of the segment's. A header must stay readable for ever: a
 * version that changes anything else raises `version`.
 */

export const VERSION = 1;
export const HEADER_BYTES = 24;
/** Of a record: everything but the bytes of the Activation. */
export const RECORD_OVERHEAD = 53;
/** Of a record: what stands before its checked part's contents. */
export const PREFIX_BYTES = 12;
/** 0xf5 is in no UTF-8 text, and the four of them are rare in anything else. */
export const MARKER = Buffer.from([0xf5, 0x53, 0x4c, 0x52]);
export const SEGMENT_NAME = /^000[0-9a-f]{13}\.seg$/;

const MAGIC = Buffer.from("slimspl\n");
const MARKER_WORD = MARKER.readUInt32LE(0);
const ACTIVATION = 1;
const FIXED_BYTES = RECORD_OVERHEAD - PREFIX_BYTES;
const [TYPE_AT, RUN_AT, ID_AT, TIME_AT] = [12, 13, 29, 45];

export function segmentName(number: number): string {
  return `${number.toString(16).padStart(16, "0")}.seg`;
}

export function segmentNumber(file: string): number {
  return Number.parseInt(file, 16);
}

/** What the checksums of a segment's records start from, before their offset is added. */
export function seedOf(file: string): number {
  return crc32(file);
}

export function writeHeader(into: Buffer, createdAtMs: number): void {
  MAGIC.copy(into, 0);
  into.writeUInt32LE(VERSION, 8);
  into.writeDoubleLE(createdAtMs, 12);
  into.writeUInt32LE(crc32(into.subarray(0, 20)), 20);
}

/** Undefined for a damaged header; the records behind it may be whole. */
export function readHeader(
  bytes: Buffer,
): { readonly version: number; readonly createdAtMs: number } | undefined {
  if (bytes.length < HEADER_BYTES || MAGIC.compare(bytes, 0, MAGIC.length) !== 0) return undefined;
  if (crc32(bytes.subarray(0, 20)) !== bytes.readUInt32LE(20)) return undefined;
  return { version: bytes.readUInt32LE(8), createdAtMs: bytes.readDoubleLE(12) };
}

/** Writes a record at `at` of `into`, to be stored at `offset` of the segment with that seed. */
export function writeRecord(
  into: Buffer,
  at: number,
  record: NewRecord,
  seed: number,
  offset: number,
): void {
  const end = at + RECORD_OVERHEAD + record.bytes.length;
  into.writeUInt32LE(MARKER_WORD, at);
  into.writeUInt32LE(FIXED_BYTES + record.bytes.length, at + 8);
  into[at + TYPE_AT] = ACTIVATION;
  writeUuid(into, at + RUN_AT, record.runId);
  writeUuid(into, at + ID_AT, record.activationId);
  into.writeDoubleLE(record.atMs, at + TIME_AT);
  record.bytes.copy(into, at + RECORD_OVERHEAD);
  into.writeUInt32LE(crc32(into.subarray(at + 8, end), (seed + offset) >>> 0), at + 4);
}

/**
 * Where the record at `at` of `bytes` ends, or 0 when there is no valid one. `bytes` begin at `base` of the segment.
 */
export function recordEnd(bytes: Buffer, at: number, seed: number, base = 0): number {
  if (at + RECORD_OVERHEAD > bytes.length || bytes.readUInt32LE(at) !== MARKER_WORD) return 0;
  const length = bytes.readUInt32LE(at + 8);
  const end = at + PREFIX_BYTES + length;
  if (length < FIXED_BYTES || end > bytes.length) return 0;
  const sum = crc32(bytes.subarray(at + 8, end), (seed + base + at) >>> 0);
  return sum === bytes.readUInt32LE(at + 4) ? end : 0;
}

/** Whether a valid record is an activation; nothing else has been written so far. */
export function isActivation(bytes: Buffer, at: number): boolean {
  return bytes[at + TYPE_AT] === ACTIVATION;
}

export function timeAt(bytes: Buffer, at: number): number {
  return bytes.readDoubleLE(at + TIME_AT);
}

export function runIdAt(bytes: Buffer, at: number): string {
  return readUuid(bytes, at + RUN_AT);
}

export function isSameRun(bytes: Buffer, at: number, other: number): boolean {
  return bytes.compare(bytes, other + RUN_AT, other + ID_AT, at + RUN_AT, at + ID_AT) === 0;
}

export function activationIdAt(bytes: Buffer, at: number): string {
  return readUuid(bytes, at + ID_AT);
}

export function activationAt(bytes: Buffer, at: number, end: number): Buffer {
  return bytes.subarray(at + RECORD_OVERHEAD, end);
}
