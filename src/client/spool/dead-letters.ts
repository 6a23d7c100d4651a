import { fstatSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Condition } from "./condition.ts";
import { type Disk, errorCode } from "./disk.ts";
import type { Syncer } from "./syncer.ts";

export const DEAD_LETTERS = "dead-letter.ndjson";
/** The older half. */
export const OLD_DEAD_LETTERS = "dead-letter.1.ndjson";

const NEWLINE = 10;

type OpenFile = { readonly fd: number; bytes: number };

export type DeadLetterFile = ReturnType<typeof createDeadLetterFile>;

/** Reads what the server refused for good, oldest first; lines that can't be read are left out. [] when there are none. */
export async function readDeadLetters(dir: string): Promise<Record<string, unknown>[]> {
  const texts = await Promise.all(
    [OLD_DEAD_LETTERS, DEAD_LETTERS].map((file) =>
      readFile(join(dir, file), "utf8").catch((error) => {
        if (errorCode(error) === "ENOENT") return "";
        throw error;
      }),
    ),
  );
  return texts.flatMap((text) => text.split("\n")).flatMap(parse);
}

/** Appends lines to the dead-letter file. At `maxBytes` it becomes the older half, whose place it takes. */
export function createDeadLetterFile({
  dir,
  disk,
  syncer,
  syncsEach,
  maxBytes,
  condition,
}: {
  dir: string;
  disk: Disk;
  syncer: Syncer;
  syncsEach: boolean;
  maxBytes: number;
  condition: Condition;
}) {
  const path = join(dir, DEAD_LETTERS);
  let open: OpenFile | undefined;

  function append(entry: object): void {
    try {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      open ??= openFile();
      if (open.bytes > 0 && open.bytes + line.length > maxBytes) open = rotate(open.fd);
      write(open, line);
      condition.worked();
    } catch (error) {
      condition.failed(error);
      close();
    }
  }

  function write(file: OpenFile, line: Buffer): void {
    for (let done = 0; done < line.length; ) {
      const position = file.bytes + done;
      done += disk.writeSync(file.fd, line, done, line.length - done, position);
    }
    file.bytes += line.length;
    if (syncsEach) disk.fdatasyncSync(file.fd);
    else syncer.file(path);
  }

  function openFile(): OpenFile {
    const fd = disk.openSync(path, "a+");
    if (syncsEach) disk.syncFolderSync(dir);
    else syncer.folder(dir);
    const { size } = fstatSync(fd);
    const file = { fd, bytes: size };
    // A crash may have cut the last line: it ends here, and the next one begins a line of its own.
    if (size > 0 && lastByte(fd, size) !== NEWLINE) {
      file.bytes += disk.writeSync(fd, Buffer.from("\n"), 0, 1, size);
    }
    return file;
  }

  function rotate(fd: number): OpenFile {
    const old = join(dir, OLD_DEAD_LETTERS);
    disk.renameSync(path, old);
    const next = openFile();
    disk.closeSync(fd);
    if (!syncsEach) syncer.file(old);
    return next;
  }

  function close(): void {
    if (open) disk.closeSync(open.fd);
    open = undefined;
  }

  return { append, close };
}

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, size - 1);
  return byte[0];
}

function parse(line: string): Record<string, unknown>[] {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? [value] : [];
  } catch {
    return [];
  }
}
