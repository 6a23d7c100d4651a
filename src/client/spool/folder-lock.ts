import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity.ts";

export type FolderLock = { release(): void };

/** Another process (or this one) owns the folder. */
export class FolderOwned extends Error {
  override readonly name = "FolderOwned";
  readonly pid: number;
  constructor(dir: string, pid: number) {
    super(`${dir} is owned by process ${pid}`);
    this.pid = pid;
  }
}

const LOCK_NAME = /^lock\.(\d+)\.([0-9a-f]{16})\.[0-9a-f]{8}$/;

/**
 * Makes this process the owner of a folder, or throws FolderOwned.
 *
 * Whoever wants the folder puts a file there first, and looks for others then: of two, the one that looks later sees
 * the other. An owner stays, one who wants gives way to the smaller name and comes again, until `waitMs` are over. The
 * holder is in the file's name, and the file is empty: so it is never half written, and can be made on a full disk.
 * That of a process that is gone counts for nothing and is removed; no name is ever used again, so whoever removes one
 * can't hit a living owner.
 */
export async function lockFolder(dir: string, { waitMs = 300 } = {}): Promise<FolderLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const mine = announce(dir);
    for (;;) {
      const others = rivals(dir, mine);
      const [first] = others;
      if (!first) return { release: () => rmSync(join(dir, mine), { force: true }) };
      const isLate = performance.now() >= deadline;
      if (isLate || others.some(({ file }) => file < mine)) {
        rmSync(join(dir, mine), { force: true });
        if (isLate) throw new FolderOwned(dir, first.pid);
        break;
      }
      await sleep(5);
    }
    await sleep(10 + Math.random() * 30);
  }
}

/** The process that owns a folder now, if there is one. */
export async function ownerOf(dir: string): Promise<number | undefined> {
  return (await readdir(dir)).map(livingHolder).find((pid) => pid !== undefined);
}

function announce(dir: string): string {
  const file = `lock.${process.pid}.${fingerprint(process.pid)}.${randomBytes(4).toString("hex")}`;
  closeSync(openSync(join(dir, file), "wx", 0o600));
  return file;
}

function rivals(dir: string, mine: string): { file: string; pid: number }[] {
  const found: { file: string; pid: number }[] = [];
  for (const file of readdirSync(dir)) {
    if (file === mine || !LOCK_NAME.test(file)) continue;
    const pid = livingHolder(file);
    if (pid === undefined) rmSync(join(dir, file), { force: true });
    else found.push({ file, pid });
  }
  return found;
}

function livingHolder(file: string): number | undefined {
  const [, pid, print] = LOCK_NAME.exec(file) ?? [];
  return pid !== undefined && fingerprint(Number(pid)) === print ? Number(pid) : undefined;
}

function fingerprint(pid: number): string | undefined {
  const identity = processIdentity(pid);
  return identity && createHash("sha256").update(identity).digest("hex").slice(0, 16);
}
