import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError } from "./embedded-error.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { allGone, postgresProcesses, signalAll } from "./postgres-processes.ts";

const FAST_STOP_MS = 30_000;
const QUIT_MS = 5_000;
const KILL_MS = 5_000;

/**
 * Makes way for a PostgreSQL on `dataFolder`. The caller holds slimmer's own lock on the data, so whatever PostgreSQL
 * still runs there is an orphan: its guardian was killed. It is stopped, never joined, because nobody reads its log or
 * would stop it in the end. PostgreSQL's own lock file is removed only where PostgreSQL would wrongly take it for a live
 * one: when its pid belongs to a stranger by now, or to a zombie, which in a container without an init stays for ever.
 */
export async function makeWay(dataFolder: string, log: EmbeddedLog): Promise<void> {
  await stopOrphans(dataFolder, log);
  const file = join(dataFolder, "postmaster.pid");
  const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !takesSignals(pid)) return;
  log.warn(
    { file, pid },
    "removing a stale lock file of PostgreSQL: its pid is no PostgreSQL on this data",
  );
  await rm(file, { force: true });
}

/** What PostgreSQL asks about the pid in its lock file. */
function takesSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function stopOrphans(dataFolder: string, log: EmbeddedLog): Promise<void> {
  const { postmaster, all } = postgresProcesses(dataFolder);
  if (all.length === 0) return;
  log.warn({ dataFolder, pids: all }, "stopping an orphaned PostgreSQL on this data");
  if (postmaster !== undefined) {
    signalAll([postmaster], "SIGINT");
    if (await allGone(dataFolder, FAST_STOP_MS)) return;
  }
  signalAll(postgresProcesses(dataFolder).all, "SIGQUIT");
  if (await allGone(dataFolder, QUIT_MS)) return;
  await killAll(dataFolder);
}

/** The last resort, also after a SIGKILL of the postmaster alone. PostgreSQL recovers from its log at the next start. */
export async function killAll(dataFolder: string): Promise<void> {
  signalAll(postgresProcesses(dataFolder).all, "SIGKILL");
  if (await allGone(dataFolder, KILL_MS)) return;
  const { all } = postgresProcesses(dataFolder);
  throw new EmbeddedError(
    `A PostgreSQL still runs on ${dataFolder} and can't be stopped (${all.map((pid) => `pid ${pid}`).join(", ")}); end it by hand and start again.`,
  );
}
