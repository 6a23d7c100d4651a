import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ClientError } from "../errors.ts";
import type { DamageReport } from "./damage-report.ts";
import { type Disk, errorCode } from "./disk.ts";
import { SEGMENT_NAME, segmentNumber } from "./format.ts";
import type { Ledger } from "./ledger.ts";
import { scanSegment } from "./scan.ts";

/** A segment of the default size, and a last record that goes past it. */
const SCRATCH_BYTES = 1024 * 1024 + 64 * 1024;

/**
 * Enters what earlier processes left into the ledger, one segment after the other, so that memory holds one at a time.
 * Deletes segments in which nothing is left. Returns the highest number of a segment, 0 for none.
 */
export async function recoverSegments({
  folder,
  disk,
  ledger,
  damage,
}: {
  folder: string;
  disk: Disk;
  ledger: Ledger;
  damage: DamageReport;
}): Promise<number> {
  const files = (await readdir(folder)).filter((file) => SEGMENT_NAME.test(file)).sort();
  // One for all: a buffer for each would pile up faster than they are collected.
  const scratch = files.length > 1 ? Buffer.allocUnsafeSlow(SCRATCH_BYTES) : undefined;
  for (const file of files) {
    const bytes = await readSegment(join(folder, file), disk, scratch);
    if (!bytes) {
      const atMs = segmentNumber(file);
      damage.foundIn(file, [{ count: 1, fromMs: atMs, toMs: atMs }]);
      continue; // left where it is: the disk may think better of it
    }
    const contents = await scanSegment(file, bytes);
    if (contents.isNewer) {
      throw new ClientError(
        "SPOOL_UNUSABLE",
        `The segment ${file} in ${folder} was written by a newer slimmer-client (format ${contents.version}): use that version again until the spool is empty, or another folder.`,
      );
    }
    damage.foundIn(file, contents.damaged);
    if (contents.offsets.length > 0) ledger.recover(file, bytes.length, contents);
    else await disk.remove(join(folder, file));
  }
  damage.keepOnly(files);
  return files.length > 0 ? segmentNumber(files[files.length - 1] as string) : 0;
}

/** Undefined when the disk can't read it; empty when it is gone by now. */
async function readSegment(
  path: string,
  disk: Disk,
  scratch: Buffer | undefined,
): Promise<Buffer | undefined> {
  try {
    return await disk.readAll(path, scratch);
  } catch (error) {
    if (errorCode(error) === "EIO") return undefined;
    if (errorCode(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
