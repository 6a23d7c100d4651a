import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity.ts";

export type PidLock = { release(): Promise<void> };

/** The lock is held: `pid` is a live process, and the one that took it. */
export class LockHeld extends Error {
  override readonly name = "LockHeld";
  readonly pid: number;
  constructor(file: string, pid: number) {
    super(`${file} is held by process ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes the lock `file` for this process, or throws LockHeld when its holder still lives after `waitMs`. A lock whose
 * holder is gone is taken over, also when another process has its pid by now.
 */
export async function takePidLock(file: string, { waitMs = 0 } = {}): Promise<PidLock> {
  const text = `${process.pid}\n${processIdentity(process.pid)}\n`;
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (await create(file, text)) return { release: () => release(file, text) };
    const found = await readFile(file, "utf8").catch(() => undefined);
    if (found === undefined) continue; // released just now
    const holder = liveHolder(found);
    if (holder === undefined) await removeStale(file, found);
    else if (performance.now() >= deadline) throw new LockHeld(file, holder);
    else await sleep(50);
  }
}

/** Creates `file` with its text in one step, so that nobody ever reads half of it. */
async function create(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o644 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function liveHolder(text: string): number | undefined {
  const [pid, identity] = text.split("\n");
  return identity && processIdentity(Number(pid)) === identity ? Number(pid) : undefined;
}

/** Two may judge the same lock stale; moving it first shows the slower one that it moved the faster one's new lock. */
async function removeStale(file: string, judged: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== judged) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(file: string, text: string): Promise<void> {
  const found = await readFile(file, "utf8").catch(() => undefined);
  if (found === text) await rm(file, { force: true });
}
