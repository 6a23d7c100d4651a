import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Disk, errorCode } from "./disk.ts";
import {
  HEADER_BYTES,
  RECORD_OVERHEAD,
  seedOf,
  segmentName,
  writeHeader,
  writeRecord,
} from "./format.ts";
import type { NewRecord } from "./spool.ts";
import type { Syncer } from "./syncer.ts";

/** Where a record was written. */
export type Written = {
  readonly file: string;
  readonly offset: number;
  readonly end: number;
  /** It is the first one of its segment. */
  readonly isFirst: boolean;
};

export type SegmentWriter = ReturnType<typeof createSegmentWriter>;

type Active = {
  readonly file: string;
  readonly path: string;
  readonly fd: number;
  readonly seed: number;
  bytes: number;
};

/**
 * Appends records to the newest segment, and begins the next one when that is full. A segment is made by its first
 * record, with one write of both; one of an earlier process is never continued. Every write is positioned and completed,
 * or taken back: what a failed one left behind is cut off, or where even that fails, the segment is given up as it is,
 * and the torn end is known as such when it is read.
 */
export function createSegmentWriter({
  folder,
  disk,
  segmentBytes,
  syncsEach,
  syncer,
  newestNumber,
}: {
  folder: string;
  disk: Disk;
  segmentBytes: number;
  /** Whether a record is on the disk before `append` returns. */
  syncsEach: boolean;
  syncer: Syncer;
  /** The highest number of a segment that is there. */
  newestNumber: number;
}) {
  let active: Active | undefined;
  let scratch = Buffer.allocUnsafeSlow(4_096);
  let number = newestNumber;

  /** Throws what the disk throws; the record is in no file then. */
  function append(record: NewRecord): Written {
    const length = RECORD_OVERHEAD + record.bytes.length;
    if (active && active.bytes + length > segmentBytes) seal();
    if (scratch.length < HEADER_BYTES + length) {
      scratch = Buffer.allocUnsafeSlow(2 * (HEADER_BYTES + length));
    }
    return active ? continueSegment(active, record, length) : beginSegment(record, length);
  }

  function continueSegment(segment: Active, record: NewRecord, length: number): Written {
    const offset = segment.bytes;
    writeRecord(scratch, 0, record, segment.seed, offset);
    try {
      write(segment.fd, length, offset);
    } catch (error) {
      takeBack(segment);
      throw error;
    }
    if (syncsEach) sync(segment);
    segment.bytes += length;
    if (!syncsEach) syncer.file(segment.path);
    return { file: segment.file, offset, end: segment.bytes, isFirst: false };
  }

  function beginSegment(record: NewRecord, length: number): Written {
    // The time of day is in the name, so that no name is ever used twice, also when all segments were deleted.
    const candidate = Math.max(number + 1, Date.now());
    const file = segmentName(candidate);
    const path = join(folder, file);
    const seed = seedOf(file);
    number = candidate;
    const fd = open(path);
    try {
      writeHeader(scratch, Date.now());
      writeRecord(scratch, HEADER_BYTES, record, seed, HEADER_BYTES);
      write(fd, HEADER_BYTES + length, 0);
      if (syncsEach) {
        disk.fdatasyncSync(fd);
        disk.syncFolderSync(folder);
      }
    } catch (error) {
      close(fd);
      disk.remove(path).catch(() => undefined); // an empty or torn segment: harmless if it stays
      throw error;
    }
    active = { file, path, fd, seed, bytes: HEADER_BYTES + length };
    if (!syncsEach) {
      syncer.file(path);
      syncer.folder(folder);
    }
    return { file, offset: HEADER_BYTES, end: active.bytes, isFirst: true };
  }

  /** Makes the folder again if somebody deleted it: then there is at least room for what is new. */
  function open(path: string): number {
    try {
      return disk.openSync(path, "wx");
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return disk.openSync(path, "wx");
    }
  }

  function write(fd: number, length: number, position: number): void {
    for (let done = 0; done < length; ) {
      done += disk.writeSync(fd, scratch, done, length - done, position + done);
    }
  }

  function sync(segment: Active): void {
    try {
      disk.fdatasyncSync(segment.fd);
    } catch (error) {
      takeBack(segment);
      // After a failed sync nobody knows which pages of the file are on the disk: it gets no more records.
      seal();
      throw error;
    }
  }

  function takeBack(segment: Active): void {
    try {
      disk.ftruncateSync(segment.fd, segment.bytes);
    } catch {
      seal();
    }
  }

  /** The next record begins a new segment. */
  function seal(): void {
    if (active) close(active.fd);
    active = undefined;
  }

  function close(fd: number): void {
    try {
      disk.closeSync(fd);
    } catch {
      // The descriptor is gone in any case.
    }
  }

  return {
    append,
    seal,
    /** What one more record would add to the size of the spool. */
    growth(record: NewRecord): number {
      const length = RECORD_OVERHEAD + record.bytes.length;
      return active && active.bytes + length <= segmentBytes ? length : HEADER_BYTES + length;
    },
  };
}
