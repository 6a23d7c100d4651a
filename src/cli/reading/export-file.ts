import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { open, readlink, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Usage } from "../usage.ts";

/** A file that gets its name once it is whole. Whatever fails is a sentence that names it. */
export type ExportFile = {
  write(data: Uint8Array): Promise<void>;
  /** Replaces what has the name, in one step. */
  publish(): Promise<void>;
  /** Takes away what was written. */
  discard(): Promise<void>;
};

/** A name that a whole file can't get is wrong, which is collected. */
export function checkExportFile(file: string, usage: Usage): void {
  if (file === "") usage.wrong("--to is empty");
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) usage.wrong(`--to=${file} is a folder; name a file in it`);
    else if (found && !found.isFile()) {
      usage.wrong(
        `--to=${file} is no regular file, so it can't be replaced by one that is whole; leave --to out, and send standard output there`,
      );
    }
  } catch (error) {
    usage.wrong(`--to=${file} can't be used: ${messageOf(error)}`);
  }
}

/** Until it is whole it lies beside its name under one of its own, so that several may be written at once. */
export async function openExportFile(file: string): Promise<ExportFile> {
  const orSentence = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw new Error(`can't write ${file}: ${messageOf(cause)}`, { cause });
    });

  async function openPart() {
    const place = await placeOf(file);
    const before = await stat(place).catch(() => undefined);
    const part = `${place}.${randomBytes(4).toString("hex")}.part`;
    // Nobody may read it who could not read the file that was there.
    const handle = await open(part, "wx", before ? before.mode & 0o777 : 0o666);
    return { place, part, handle };
  }

  const { place, part, handle } = await orSentence(openPart());
  return {
    write: (data) => orSentence(handle.appendFile(data)),
    publish: () =>
      orSentence(
        (async () => {
          await handle.sync();
          await handle.close();
          await rename(part, place);
        })(),
      ),
    async discard() {
      await handle.close().catch(() => {});
      await unlink(part).catch(() => {});
    },
  };
}

/** Where a name leads to by links, also where no file is yet: a link stays one. */
async function placeOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const folder = await realpath(dirname(file));
    const link = await readlink(file).catch(() => undefined);
    return link === undefined ? join(folder, basename(file)) : placeOf(resolve(folder, link));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
