import { join } from "node:path";
import type { Condition } from "./condition.ts";
import type { Disk } from "./disk.ts";
import { type Ledger, MAX_RUNS, type Segment } from "./ledger.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { Appended, Dropped, NewRecord } from "./spool.ts";
import type { Syncer } from "./syncer.ts";

/** How long a disk that has refused is left alone. */
const RETRY_MS = 250;
/** A newest segment with less than this in it is kept though nothing of it is needed: a file for each activation is dearer. */
const WORTH_DELETING_BYTES = 64 * 1_024;

export type RecordStore = ReturnType<typeof createRecordStore>;

/** Keeps the books and the files of a spool in step: what is appended is written, what nobody needs is deleted. Never throws. */
export function createRecordStore({
  folder,
  disk,
  maxBytes,
  ledger,
  writer,
  syncer,
  condition,
}: {
  folder: string;
  disk: Disk;
  maxBytes: number;
  ledger: Ledger;
  writer: SegmentWriter;
  syncer: Syncer;
  condition: Condition;
}) {
  const deletions = new Set<Promise<void>>();
  let newest: Segment | undefined;
  let retryAt = 0;

  function append(record: NewRecord): Appended {
    if (condition.isBad && performance.now() < retryAt) return { saved: false, why: "disk" };
    if (newest && newest.runs.length === MAX_RUNS) seal();
    if (ledger.bytes + writer.growth(record) > maxBytes) return { saved: false, why: "full" };
    try {
      const { file, offset, end, isFirst } = writer.append(record);
      if (isFirst) begin(file);
      const no = ledger.add(newest as Segment, record.runId, record.atMs, offset, end);
      condition.worked();
      return { saved: true, no };
    } catch (error) {
      retryAt = performance.now() + RETRY_MS;
      condition.failed(error);
      return { saved: false, why: "disk" };
    }
  }

  function begin(file: string): void {
    const before = newest;
    newest = ledger.begin(file, 0);
    if (before) leave(before);
  }

  /** Nothing is added to this segment any more. */
  function leave(segment: Segment): void {
    if (newest === segment) newest = undefined;
    if (segment.needed === 0 && !segment.isGone) remove(segment);
  }

  function seal(): void {
    writer.seal();
    if (newest) leave(newest);
  }

  function settle(nos: readonly number[]): void {
    for (const no of nos) {
      const unneeded = ledger.settle(no);
      if (!unneeded) continue;
      if (unneeded !== newest) remove(unneeded);
      else if (unneeded.bytes > WORTH_DELETING_BYTES) seal();
    }
  }

  function dropOldest(): Dropped | undefined {
    const oldest = ledger.oldest();
    if (!oldest) return undefined;
    if (oldest === newest) {
      writer.seal();
      newest = undefined;
    }
    return remove(oldest);
  }

  function remove(segment: Segment): Dropped {
    const path = join(folder, segment.file);
    syncer.forget(path);
    // A file that stays is found at the next start, and its records are sent once more: the server knows them.
    const deletion = disk.remove(path).catch(condition.failed);
    deletions.add(deletion);
    deletion.then(() => deletions.delete(deletion));
    return ledger.remove(segment);
  }

  return {
    append,
    settle,
    dropOldest,
    /** Ends the newest segment. */
    seal,
    /** Resolves once what was deleted is gone. */
    deleted: () => Promise.all(deletions),
  };
}
