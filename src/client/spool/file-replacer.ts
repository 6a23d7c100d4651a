import { dirname } from "node:path";
import type { Disk } from "./disk.ts";
import type { Syncer } from "./syncer.ts";

export type FileReplacer = ReturnType<typeof createFileReplacer>;

export const DRAFT = ".draft";

/** Replaces small files as a whole: whoever reads one finds the old text or the new one. */
export function createFileReplacer({
  disk,
  syncer,
  syncsEach,
}: {
  disk: Disk;
  syncer: Syncer;
  /** Whether it is on the disk before `replace` returns. */
  syncsEach: boolean;
}) {
  return {
    /** Throws what the disk throws; the old text stays then. */
    replace(path: string, text: string): void {
      const draft = path + DRAFT;
      const bytes = Buffer.from(text);
      const fd = disk.openSync(draft, "w");
      try {
        for (let done = 0; done < bytes.length; ) {
          done += disk.writeSync(fd, bytes, done, bytes.length - done, done);
        }
        if (syncsEach) disk.fdatasyncSync(fd);
      } finally {
        disk.closeSync(fd);
      }
      disk.renameSync(draft, path);
      if (syncsEach) {
        disk.syncFolderSync(dirname(path));
      } else {
        syncer.file(path);
        syncer.folder(dirname(path));
      }
    },
  };
}
