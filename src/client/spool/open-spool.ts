import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ClientError } from "../errors.ts";
import { createCondition, describe } from "./condition.ts";
import { createDamageReport } from "./damage-report.ts";
import { createDeadLetterFile } from "./dead-letters.ts";
import { type Disk, errorCode, nodeDisk } from "./disk.ts";
import { createFileReplacer } from "./file-replacer.ts";
import { type FolderLock, FolderOwned, lockFolder } from "./folder-lock.ts";
import { createLedger } from "./ledger.ts";
import { createRecordStore } from "./record-store.ts";
import { recoverSegments } from "./recover-segments.ts";
import { createRunFiles, readRunFiles, removeDrafts } from "./run-files.ts";
import { createSegmentWriter } from "./segment-writer.ts";
import type { Spool, SpoolHooks, SpoolSettings } from "./spool.ts";
import { createStateFiles } from "./state-files.ts";
import { createSyncer } from "./syncer.ts";
import { createTaker } from "./taker.ts";

const MOST_SEGMENT_BYTES = 1_024 * 1_024;
/** With the default bound of 64 MiB; an eighth of a smaller one. */
const MOST_DEAD_LETTER_BYTES = 8 * 1_024 * 1_024;

/**
 * Opens a spool folder, or makes it; takes its lock, and finds what an earlier process left. Throws a ClientError:
 * SPOOL_IN_USE when a living process has it open, SPOOL_UNUSABLE when this one can't use it. `disk` is for tests.
 */
export async function openSpool(
  settings: SpoolSettings,
  hooks: SpoolHooks,
  disk: Disk = nodeDisk,
): Promise<Spool> {
  const dir = resolve(settings.dir);
  let lock: FolderLock | undefined;
  try {
    await makeFolders(dir, settings, disk);
    lock = await lockFolder(dir);
    return await openLocked({ ...settings, dir }, hooks, disk, lock);
  } catch (error) {
    lock?.release();
    throw unusable(dir, error);
  }
}

async function openLocked(
  { dir, maxBytes, fsync, fsyncIntervalMs, segmentBytes }: SpoolSettings,
  hooks: SpoolHooks,
  disk: Disk,
  lock: FolderLock,
): Promise<Spool> {
  const [folder, runsFolder] = [join(dir, "segments"), join(dir, "runs")];
  const tell = (message: string) => hooks.onProblem(message);
  const writing = createCondition(tell, {
    bad: (cause) =>
      `The spool in ${dir} can't be written: ${cause}. New activations are kept in memory only, until it can.`,
    good: `The spool in ${dir} can be written again.`,
  });
  const syncing = createCondition(tell, {
    bad: (cause) =>
      `The spool in ${dir} can't be forced to the disk: ${cause}. A power failure may cost what was written last.`,
    good: `The spool in ${dir} can be forced to the disk again.`,
  });
  const reading = createCondition(tell, {
    bad: (cause) =>
      `The spool in ${dir} can't be read: ${cause}. What waits there is not sent, until it can.`,
    good: `The spool in ${dir} can be read again.`,
  });
  const keeping = createCondition(tell, {
    bad: (cause) =>
      `The files of runs, refusals and losses in ${dir} can't be written: ${cause}. A crash of this process may cost them.`,
    good: `The files of runs, refusals and losses in ${dir} can be written again.`,
  });

  const syncsEach = fsync === "record";
  const syncer = createSyncer({
    disk,
    policy: fsync,
    intervalMs: fsyncIntervalMs,
    condition: syncing,
  });
  const files = createFileReplacer({ disk, syncer, syncsEach });
  const state = createStateFiles({ dir, files, condition: keeping });
  const damage = createDamageReport({ tell: (lost) => hooks.onDamaged(lost), state });
  const ledger = createLedger();
  const newestNumber = await recoverSegments({ folder, disk, ledger, damage });
  await removeDrafts(runsFolder, disk);
  const runs = createRunFiles({
    folder: runsFolder,
    found: await readRunFiles(runsFolder),
    disk,
    files,
    condition: keeping,
  });
  const deadLetters = createDeadLetterFile({
    dir,
    disk,
    syncer,
    syncsEach,
    maxBytes: Math.min(MOST_DEAD_LETTER_BYTES, Math.floor(maxBytes / 8)),
    condition: keeping,
  });
  const writer = createSegmentWriter({
    folder,
    disk,
    segmentBytes: segmentBytes ?? Math.min(MOST_SEGMENT_BYTES, Math.floor(maxBytes / 8)),
    syncsEach,
    syncer,
    newestNumber,
  });
  const records = createRecordStore({
    folder,
    disk,
    maxBytes,
    ledger,
    writer,
    syncer,
    condition: writing,
  });
  const taker = createTaker({
    folder,
    disk,
    ledger,
    condition: reading,
    settle: records.settle,
    onLost: damage.lostSince,
  });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await taker.stop();
    records.seal();
    runs.saveUnsaved();
    deadLetters.close();
    syncer.stop();
    await syncer.now();
    await records.deleted();
    await runs.removed();
    lock.release();
  }

  return {
    append(record) {
      if (closing) return { saved: false, why: "disk" };
      runs.retry();
      return records.append(record);
    },
    release(nos) {
      for (const no of nos) ledger.release(no);
    },
    takeOldest: taker.takeOldest,
    settle(nos) {
      if (!closing) records.settle(nos);
    },
    has: ledger.has,
    dropOldest: () => (closing ? undefined : records.dropOldest()),
    get waiting() {
      return ledger.waiting;
    },
    get bytes() {
      return ledger.bytes;
    },
    get isDiskFailing() {
      return writing.isBad || syncing.isBad || reading.isBad;
    },
    get runIds() {
      return ledger.runIds;
    },
    sync: syncer.now,
    close() {
      closing ??= close();
      return closing;
    },
    runs: { save: runs.save, remove: runs.remove, all: runs.all },
    deadLetters: { append: deadLetters.append },
    state,
  };
}

async function makeFolders(dir: string, { fsync }: SpoolSettings, disk: Disk): Promise<void> {
  const made = mkdirSync(join(dir, "segments"), { recursive: true, mode: 0o700 });
  mkdirSync(join(dir, "runs"), { recursive: true, mode: 0o700 });
  for (const folder of ["segments", "runs"]) {
    if (!statSync(join(dir, folder)).isDirectory()) throw notAFolder(join(dir, folder));
  }
  if (made === undefined || fsync === "never") return;
  await disk.syncFolder(dir);
  await disk.syncFolder(dirname(dir));
}

function notAFolder(path: string): ClientError {
  return new ClientError(
    "SPOOL_UNUSABLE",
    `${path} is not a folder: choose another one for the spool.`,
  );
}

/** The sentence for whoever must act. */
function unusable(dir: string, error: unknown): unknown {
  if (error instanceof ClientError) return error;
  if (error instanceof FolderOwned) {
    const [owner, remedy] =
      error.pid === process.pid
        ? ["This process itself", "close that client"]
        : ["Another process", "end it"];
    return new ClientError(
      "SPOOL_IN_USE",
      `${owner} (pid ${error.pid}) has the spool in ${dir} open: ${remedy}, or give each client a folder of its own.`,
      { cause: error },
    );
  }
  switch (errorCode(error)) {
    case "EEXIST":
    case "ENOTDIR":
      return notAFolder(dir);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new ClientError(
        "SPOOL_UNUSABLE",
        `This process (user ${process.getuid?.() ?? "unknown"}) may not read and write the spool folder ${dir}: ${describe(error)}. Change its owner, or choose another folder.`,
        { cause: error },
      );
    default:
      return new ClientError(
        "SPOOL_UNUSABLE",
        `The spool in ${dir} can't be opened: ${describe(error)}.`,
        { cause: error },
      );
  }
}
