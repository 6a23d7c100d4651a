import { setImmediate as nextTurn } from "node:timers/promises";
import {
  HEADER_BYTES,
  isActivation,
  isSameRun,
  MARKER,
  PREFIX_BYTES,
  RECORD_OVERHEAD,
  readHeader,
  recordEnd,
  runIdAt,
  seedOf,
  segmentNumber,
  timeAt,
  VERSION,
} from "./format.ts";
import type { Lost } from "./spool.ts";

/** What is in a segment. */
export type SegmentContents = {
  /** Undefined when its header is damaged. */
  readonly version: number | undefined;
  /** Written by a newer version: nothing was looked at. */
  readonly isNewer: boolean;
  /** Of each valid record, its offset, and the index of its run in `runIds`. */
  readonly offsets: Uint32Array;
  readonly runs: Uint16Array;
  readonly runIds: readonly string[];
  /** Times of the oldest and newest record; Infinity and -Infinity without one. */
  readonly fromMs: number;
  readonly toMs: number;
  /** One for each damaged stretch. */
  readonly damaged: readonly Lost[];
};

/** Longest time between two turns of the event loop. */
const TURN_MS = 1;
/** 256 records take 0.2 ms. */
const RECORDS_BETWEEN_LOOKS = 256;

/**
 * Reads all of a segment, in steps that leave the event loop to others. A torn end is no damage: the write that it
 * comes from never returned, or was not synced before a power failure.
 */
export async function scanSegment(file: string, bytes: Buffer): Promise<SegmentContents> {
  const header = readHeader(bytes);
  const isNewer = header !== undefined && header.version > VERSION;
  const most = Math.ceil(Math.max(0, bytes.length - HEADER_BYTES) / RECORD_OVERHEAD);
  const offsets = new Uint32Array(isNewer ? 0 : most);
  const runs = new Uint16Array(offsets.length);
  const runIds: string[] = [];
  const damaged: Lost[] = [];
  const madeAtMs = header?.createdAtMs ?? segmentNumber(file);
  const seed = seedOf(file);
  let [count, run, fromMs, toMs] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let lastMs = madeAtMs;
  let turnAt = performance.now();

  function addLost(lost: number, nextMs: number): void {
    damaged.push({ count: lost, fromMs: Math.min(lastMs, nextMs), toMs: Math.max(lastMs, nextMs) });
  }

  function add(at: number): void {
    const last = count > 0 ? (offsets[count - 1] as number) : undefined;
    if (last === undefined || !isSameRun(bytes, at, last)) {
      const runId = runIdAt(bytes, at);
      run = runIds.indexOf(runId);
      if (run < 0) run = runIds.push(runId) - 1;
    }
    lastMs = timeAt(bytes, at);
    fromMs = Math.min(fromMs, lastMs);
    toMs = Math.max(toMs, lastMs);
    offsets[count] = at;
    runs[count] = run;
    count += 1;
  }

  for (let at = HEADER_BYTES, looks = 0; !isNewer && at < bytes.length; looks += 1) {
    if (looks % RECORDS_BETWEEN_LOOKS === 0 && performance.now() - turnAt > TURN_MS) {
      await nextTurn();
      turnAt = performance.now();
    }
    const end = recordEnd(bytes, at, seed);
    if (end > 0) {
      if (isActivation(bytes, at)) add(at);
      at = end;
      continue;
    }
    const next = await nextRecord(bytes, at, seed);
    if (next.at < 0) {
      if (!isTorn(bytes, at, next.markers)) addLost(1 + next.markers, lastMs);
      break;
    }
    addLost(1 + next.markers, timeAt(bytes, next.at));
    at = next.at;
  }
  return {
    version: header?.version,
    isNewer,
    offsets: offsets.slice(0, count),
    runs: runs.slice(0, count),
    runIds,
    fromMs,
    toMs,
    damaged,
  };
}

/** The next valid record behind `at`, or -1; and how many markers of destroyed ones lie between. */
async function nextRecord(bytes: Buffer, at: number, seed: number) {
  let markers = 0;
  let turnAt = performance.now();
  for (let probe = bytes.indexOf(MARKER, at + 1); probe >= 0; markers += 1) {
    if (recordEnd(bytes, probe, seed) > 0) return { at: probe, markers };
    if (performance.now() - turnAt > TURN_MS) {
      await nextTurn();
      turnAt = performance.now();
    }
    probe = bytes.indexOf(MARKER, probe + 1);
  }
  return { at: -1, markers };
}

/**
 * Whether what begins at `at` is one record of which only the beginning was written: the file ends in the middle of
 * it, or is zeros from there on, which is what some file systems leave after a power failure.
 */
function isTorn(bytes: Buffer, at: number, markersBehind: number): boolean {
  let end = bytes.length;
  while (end > at && bytes[end - 1] === 0) end -= 1;
  const seen = Math.min(end - at, MARKER.length);
  if (markersBehind > 0 || MARKER.compare(bytes, at, at + seen, 0, seen) !== 0) return false;
  if (end - at < PREFIX_BYTES) return true;
  return at + PREFIX_BYTES + bytes.readUInt32LE(at + 8) > end;
}
