import { accessSync, constants, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Usage } from "../../usage.ts";

/** As the server writes it: base64url. */
const CURSOR = /^[A-Za-z0-9_-]{1,512}$/;

/** The cursor of a file; empty where there is no file yet. What is wrong with the file is collected. */
export function readCursorFile(file: string, usage: Usage): string {
  try {
    accessSync(dirname(file), constants.W_OK);
    const text = readFileSync(file, "utf8").trim();
    if (!CURSOR.test(text)) {
      usage.wrong(`--cursor-file=${file} holds no cursor; remove it to begin with what comes now`);
    }
    return text;
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && path === file) return "";
    usage.wrong(`--cursor-file=${file} can't be used: ${message}`);
    return "";
  }
}

/** A cursor as the command line has it; what is wrong with it is collected. */
export function checkCursor(cursor: string, usage: Usage): string {
  if (!CURSOR.test(cursor)) usage.wrong(`--cursor=${JSON.stringify(cursor)} is no cursor`);
  return cursor;
}

/** Replaces the file in one step: whoever reads it finds the old cursor or the new one, also after a power cut. */
export async function writeCursorFile(file: string, cursor: string): Promise<void> {
  const next = `${file}.new`;
  const handle = await open(next, "w", 0o644);
  try {
    await handle.writeFile(`${cursor}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}
