import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunRecord } from "../outbox/run-record.ts";
import type { Condition } from "./condition.ts";
import type { Disk } from "./disk.ts";
import { DRAFT, type FileReplacer } from "./file-replacer.ts";

const RETRY_MS = 250;
const RUN_FILE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/;

export type RunFiles = ReturnType<typeof createRunFiles>;

/** Reads the runs of a spool, oldest first. One that can't be read is left out: its records are sent without it. */
export async function readRunFiles(folder: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const file of await readdir(folder)) {
    if (!RUN_FILE.test(file)) continue;
    const record = await readFile(join(folder, file), "utf8").then(parse, () => undefined);
    if (record && file === `${record.runId}.json`) records.push(record);
  }
  return records.sort((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Removes what a crash left in the middle of replacing a run's file. */
export async function removeDrafts(folder: string, disk: Disk): Promise<void> {
  const drafts = (await readdir(folder)).filter((file) => file.endsWith(DRAFT));
  for (const draft of drafts) await disk.remove(join(folder, draft)).catch(() => undefined);
}

/** Keeps one file for each run, and all of them in memory. */
export function createRunFiles({
  folder,
  found,
  disk,
  files,
  condition,
}: {
  folder: string;
  /** What readRunFiles found. */
  found: readonly RunRecord[];
  disk: Disk;
  files: FileReplacer;
  condition: Condition;
}) {
  const records = new Map(found.map((record) => [record.runId, record]));
  const unsaved = new Set<string>();
  let retryAt = 0;
  const removals = new Set<Promise<unknown>>();

  function save(record: RunRecord): void {
    records.set(record.runId, record);
    unsaved.add(record.runId);
    saveUnsaved();
  }

  function saveUnsaved(): void {
    for (const runId of unsaved) {
      try {
        files.replace(join(folder, `${runId}.json`), `${JSON.stringify(records.get(runId))}\n`);
        unsaved.delete(runId);
        condition.worked();
      } catch (error) {
        retryAt = performance.now() + RETRY_MS;
        condition.failed(error);
        return;
      }
    }
  }

  /** Tries again what the disk has refused before, if it is time to. Called with every append. */
  function retry(): void {
    if (unsaved.size > 0 && performance.now() >= retryAt) saveUnsaved();
  }

  function remove(runId: string): void {
    records.delete(runId);
    unsaved.delete(runId);
    // One that stays is found again at the next start, and removed then.
    const removal = disk.remove(join(folder, `${runId}.json`)).catch(() => undefined);
    removals.add(removal);
    removal.then(() => removals.delete(removal));
  }

  return {
    save,
    retry,
    saveUnsaved,
    remove,
    all: () => [...records.values()],
    /** Resolves once what was removed is gone. */
    removed: () => Promise.all(removals),
  };
}

function parse(text: string): RunRecord | undefined {
  try {
    const value = JSON.parse(text) as RunRecord | null;
    return value && Array.isArray(value.sensors) && typeof value.runId === "string"
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
