import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { bytesText, countText } from "../output/units.ts";
import { type Finding, findings } from "./finding.ts";

const { ok, warn, fail } = findings("spool");

/** Less than this much room on the disk is worth a word: a spool grows to 64 MiB by default. */
const LITTLE_BYTES = 128 * 1_024 * 1_024;

/** Whether a spool folder can be written, what room its disk has, and what waits in it. */
export async function checkSpool(folder: string): Promise<Finding> {
  const dir = resolve(folder);
  const isThere = await isFolder(dir);
  if (isThere === "file") return fail(`${dir} is no folder`, "name another one with --spool");
  const parent = isThere === "folder" ? dir : await nearestFolder(dirname(dir));
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch {
    return fail(`${parent} may not be written`, `give this user the right to: ls -ld ${parent}`);
  }
  const { bavail, bsize } = await statfs(parent);
  const room = bavail * bsize;
  const seen = `${dir}: ${isThere === "folder" ? await contentsOf(dir) : "not there yet, will be made"}, ${bytesText(room)} free`;
  return room < LITTLE_BYTES ? warn(seen, "make room on that disk") : ok(seen);
}

async function contentsOf(dir: string): Promise<string> {
  const { inspectSpool } = await import("slimmer-client");
  try {
    const { totals, deadLetters, ownerPid } = await inspectSpool(dir);
    return [
      totals.records === 0
        ? "nothing on disk"
        : `${countText(totals.records, "activation")} on disk`,
      ...(totals.lost > 0 ? [`${totals.lost} damaged`] : []),
      ...(deadLetters > 0 ? [`${deadLetters} refused by the server`] : []),
      ...(ownerPid === undefined ? [] : [`in use by process ${ownerPid}`]),
    ].join(", ");
  } catch {
    return "no spool in it yet";
  }
}

async function isFolder(path: string): Promise<"folder" | "file" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

async function nearestFolder(path: string): Promise<string> {
  if ((await isFolder(path)) === "folder" || dirname(path) === path) return path;
  return nearestFolder(dirname(path));
}
