import type { FsyncPolicy } from "../options.ts";
import type { Condition } from "./condition.ts";
import type { Disk } from "./disk.ts";

export type Syncer = ReturnType<typeof createSyncer>;

/**
 * Forces to the disk what was written, away from the event loop: with the policy "interval" by itself, else when it is
 * told to. Remembers paths, not descriptors, so that files can be closed and deleted meanwhile: a sync through any
 * descriptor is one of the whole file.
 */
export function createSyncer({
  disk,
  policy,
  intervalMs,
  condition,
}: {
  disk: Disk;
  policy: FsyncPolicy;
  intervalMs: number;
  condition: Condition;
}) {
  let files = new Set<string>();
  let folders = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();

  /** This file was written. */
  function file(path: string): void {
    files.add(path);
    if (timer === undefined) wind();
  }

  /** A file was made, renamed or replaced in this folder. */
  function folder(path: string): void {
    folders.add(path);
    if (timer === undefined) wind();
  }

  /** One-shot, so that an idle client has no timer; never what keeps the host's process alive. */
  function wind(): void {
    if (policy !== "interval") return;
    timer = setTimeout(() => {
      timer = undefined;
      void now();
    }, intervalMs);
    timer.unref();
  }

  /** Resolves when all that was written before is on the disk, or its failure was told. */
  function now(): Promise<void> {
    last = last.then(run);
    return last;
  }

  async function run(): Promise<void> {
    const [theseFiles, theseFolders] = [files, folders];
    if (theseFiles.size + theseFolders.size === 0) return;
    files = new Set();
    folders = new Set();
    let failure: unknown;
    // Files first: an entry in a folder is worth something only with what it leads to.
    for (const path of theseFiles) {
      failure = (await failureOf(disk.syncFile(path), () => file(path))) ?? failure;
    }
    for (const path of theseFolders) {
      failure = (await failureOf(disk.syncFolder(path), () => folder(path))) ?? failure;
    }
    if (failure === undefined) condition.worked();
    else condition.failed(failure);
  }

  return {
    file,
    folder,
    /** It was deleted: there is nothing to sync. */
    forget(path: string): void {
      files.delete(path);
    },
    now,
    stop(): void {
      clearTimeout(timer);
    },
  };
}

async function failureOf(work: Promise<void>, again: () => void): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    again();
    return error;
  }
}
