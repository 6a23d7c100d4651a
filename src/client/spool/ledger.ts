import type { SegmentContents } from "./scan.ts";
import type { Dropped } from "./spool.ts";

/** One run: how many records of it are needed, and how many segments have any. */
type RunTally = { readonly runId: string; needed: number; segments: number };

/** What is known of a segment: 6 bytes of memory for each record. */
export type Segment = {
  readonly file: string;
  /** The number of its first record; the others follow. */
  readonly firstNo: number;
  count: number;
  /** Of the file. */
  bytes: number;
  /** Of each record: its state in the two low bits, above them the index of its run. */
  marks: Uint16Array;
  offsets: Uint32Array;
  readonly runs: RunTally[];
  waiting: number;
  needed: number;
  /** Nothing waits below this index. */
  lowest: number;
  fromMs: number;
  toMs: number;
  /** It was deleted. */
  isGone: boolean;
};

/** The run after so many begins a new segment: 2 ** 14 fit beside the state of a record, but looking one up takes longer the more there are. */
export const MAX_RUNS = 1_024;

const [WAITING, TAKEN, SETTLED] = [0, 1, 2];
const STATE = 0b11;

export type Ledger = ReturnType<typeof createLedger>;

/** Keeps the books of a spool: which records are where, and in which state. Knows no disk. */
export function createLedger() {
  const segments: Segment[] = [];
  const tallies = new Map<string, RunTally>();
  let [nextNo, waiting, bytes] = [1, 0, 0];
  let found: Segment | undefined;

  /** Adds what an earlier process left, all of it waiting. */
  function recover(file: string, size: number, contents: SegmentContents): Segment {
    const segment = begin(file, size);
    const runs = contents.runIds.map(tallyOf);
    for (const run of runs) run.segments += 1;
    segment.runs.push(...runs);
    segment.count = contents.offsets.length;
    segment.offsets = contents.offsets;
    segment.marks = contents.runs.map((run) => (run << 2) | WAITING);
    for (const run of contents.runs) (runs[run] as RunTally).needed += 1;
    segment.waiting = segment.count;
    segment.needed = segment.count;
    segment.fromMs = contents.fromMs;
    segment.toMs = contents.toMs;
    waiting += segment.count;
    nextNo += segment.count;
    return segment;
  }

  /** Adds a segment without a record, behind all others. */
  function begin(file: string, size: number): Segment {
    const segment: Segment = {
      file,
      firstNo: nextNo,
      count: 0,
      bytes: size,
      marks: new Uint16Array(64),
      offsets: new Uint32Array(64),
      runs: [],
      waiting: 0,
      needed: 0,
      lowest: 0,
      fromMs: Number.POSITIVE_INFINITY,
      toMs: Number.NEGATIVE_INFINITY,
      isGone: false,
    };
    segments.push(segment);
    bytes += size;
    return segment;
  }

  /** Adds a record at the end of the newest segment, as taken; returns its number. */
  function add(segment: Segment, runId: string, atMs: number, offset: number, end: number): number {
    const index = segment.count;
    if (index === segment.marks.length) grow(segment);
    const tally = tallyOf(runId);
    segment.marks[index] = (runIndex(segment, tally) << 2) | TAKEN;
    segment.offsets[index] = offset;
    segment.count += 1;
    segment.needed += 1;
    tally.needed += 1;
    if (atMs < segment.fromMs) segment.fromMs = atMs;
    if (atMs > segment.toMs) segment.toMs = atMs;
    bytes += end - segment.bytes;
    segment.bytes = end;
    nextNo += 1;
    return nextNo - 1;
  }

  /** Taken → waiting. */
  function release(no: number): void {
    const segment = find(no);
    if (!segment) return;
    const index = no - segment.firstNo;
    const mark = segment.marks[index] as number;
    if ((mark & STATE) !== TAKEN) return;
    segment.marks[index] = (mark & ~STATE) | WAITING;
    segment.waiting += 1;
    segment.lowest = Math.min(segment.lowest, index);
    waiting += 1;
  }

  /** Waiting → taken. */
  function take(segment: Segment, index: number): void {
    segment.marks[index] = ((segment.marks[index] as number) & ~STATE) | TAKEN;
    segment.waiting -= 1;
    waiting -= 1;
  }

  /** Any state → settled. Returns the segment when this was the last that it was needed for. */
  function settle(no: number): Segment | undefined {
    const segment = find(no);
    if (!segment) return undefined;
    const index = no - segment.firstNo;
    const mark = segment.marks[index] as number;
    if ((mark & STATE) === SETTLED) return undefined;
    if ((mark & STATE) === WAITING) {
      segment.waiting -= 1;
      waiting -= 1;
    }
    segment.marks[index] = (mark & ~STATE) | SETTLED;
    segment.needed -= 1;
    (segment.runs[mark >> 2] as RunTally).needed -= 1;
    return segment.needed === 0 ? segment : undefined;
  }

  /** Takes a segment out of the books, with all that is left in it. */
  function remove(segment: Segment): Dropped {
    const taken: number[] = [];
    const lost = segment.runs.map(() => 0);
    for (let index = 0; index < segment.count && segment.needed > 0; index += 1) {
      const mark = segment.marks[index] as number;
      const [state, run] = [mark & STATE, mark >> 2];
      if (state === SETTLED) continue;
      if (state === TAKEN) taken.push(segment.firstNo + index);
      else (lost[run] as number) += 1;
      (segment.runs[run] as RunTally).needed -= 1;
    }
    for (const tally of segment.runs) {
      tally.segments -= 1;
      if (tally.segments === 0) tallies.delete(tally.runId);
    }
    const runs = segment.runs.map(({ runId }, run) => ({ runId, count: lost[run] as number }));
    const count = segment.waiting;
    waiting -= count;
    bytes -= segment.bytes;
    segment.isGone = true;
    segments.splice(segments.indexOf(segment), 1);
    found = undefined;
    return {
      count,
      fromMs: segment.fromMs,
      toMs: segment.toMs,
      runs: runs.filter((run) => run.count > 0),
      taken,
    };
  }

  /** The index of the first record that waits, from `from`; -1 when none does. */
  function nextWaiting(segment: Segment, from: number): number {
    for (let index = Math.max(from, segment.lowest); index < segment.count; index += 1) {
      if (((segment.marks[index] as number) & STATE) !== WAITING) continue;
      if (from <= segment.lowest) segment.lowest = index;
      return index;
    }
    return -1;
  }

  function find(no: number): Segment | undefined {
    if (found && no >= found.firstNo && no < found.firstNo + found.count) return found;
    let [low, high] = [0, segments.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = segments[middle] as Segment;
      if (no < segment.firstNo) high = middle - 1;
      else if (no >= segment.firstNo + segment.count) low = middle + 1;
      else {
        found = segment;
        return segment;
      }
    }
    return undefined;
  }

  function tallyOf(runId: string): RunTally {
    let tally = tallies.get(runId);
    if (!tally) {
      tally = { runId, needed: 0, segments: 0 };
      tallies.set(runId, tally);
    }
    return tally;
  }

  return {
    recover,
    begin,
    add,
    release,
    take,
    settle,
    remove,
    nextWaiting,
    has(no: number): boolean {
      const segment = find(no);
      return (
        segment !== undefined &&
        ((segment.marks[no - segment.firstNo] as number) & STATE) !== SETTLED
      );
    },
    runIdOf(segment: Segment, index: number): string {
      return (segment.runs[(segment.marks[index] as number) >> 2] as RunTally).runId;
    },
    oldest: () => segments[0],
    oldestWaiting: () => segments.find((segment) => segment.waiting > 0),
    get waiting() {
      return waiting;
    },
    get bytes() {
      return bytes;
    },
    get runIds(): ReadonlyMap<string, number> {
      const needed = [...tallies.values()].filter((tally) => tally.needed > 0);
      return new Map(needed.map((tally) => [tally.runId, tally.needed]));
    },
  };
}

function grow(segment: Segment): void {
  const [marks, offsets] = [segment.marks, segment.offsets];
  segment.marks = new Uint16Array(marks.length * 2);
  segment.marks.set(marks);
  segment.offsets = new Uint32Array(offsets.length * 2);
  segment.offsets.set(offsets);
}

function runIndex(segment: Segment, tally: RunTally): number {
  const last = segment.runs.length - 1;
  if (segment.runs[last] === tally) return last;
  const index = segment.runs.lastIndexOf(tally);
  if (index >= 0) return index;
  tally.segments += 1;
  return segment.runs.push(tally) - 1;
}
