import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A disk that can be filled to its last byte, and freed again. */
export type SmallDisk = {
  readonly folder: string;
  fill(): void;
  free(): void;
  remove(): void;
};

const SIZE = "24m";
const CHUNKS = [1 << 20, 4_096];

/** A tmpfs at `folder`, or, as a sentence, why there can be none. */
export function mountSmallDisk(folder: string): SmallDisk | string {
  if (process.platform !== "linux") return "only Linux has a disk that is quickly made and filled";
  if (process.getuid?.() !== 0) return "only root may mount a small disk to fill";
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder]);
  if (mounted.status !== 0) {
    return `a small disk can't be mounted here: ${String(mounted.stderr ?? mounted.error).trim()}`;
  }
  const ballast = join(folder, "ballast");
  const remove = () => {
    process.off("exit", remove);
    spawnSync("umount", ["-l", folder]);
  };
  // Before the folder that it is in is removed.
  process.prependOnceListener("exit", remove);
  return {
    folder,
    fill() {
      const file = openSync(ballast, "w");
      for (const size of CHUNKS) writeUntilFull(file, Buffer.alloc(size));
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    remove,
  };
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    while (writeSync(file, chunk) === chunk.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
