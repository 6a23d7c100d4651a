import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity.ts";

/**
 * A name for the cluster of one data folder. PostgreSQL puts it into the titles of its processes, so that they can be
 * told from those of any other PostgreSQL on the machine, even after their parent has died.
 */
export function clusterName(dataFolder: string): string {
  return `slimmer-${createHash("sha256").update(dataFolder).digest("hex").slice(0, 12)}`;
}

/**
 * The live processes of the PostgreSQL on `dataFolder`, its first process (the postmaster) first. Command lines are read
 * because they are open to everybody: in a container not even root may look at another user's working directory.
 */
export function postgresProcesses(dataFolder: string): { postmaster?: number; all: number[] } {
  const title = `postgres: ${clusterName(dataFolder)}: `;
  const found: { postmaster?: number; all: number[] } = { all: [] };
  for (const { pid, args } of commandLines()) {
    const isPostmaster =
      basename(args[0] ?? "") === "postgres" && args[1] === "-D" && args[2] === dataFolder;
    if (isPostmaster) {
      found.postmaster = pid;
      found.all.unshift(pid);
    } else if (args[0]?.startsWith(title)) found.all.push(pid);
  }
  return found;
}

/** Resolves to whether all processes on `dataFolder` have ended before `ms` milliseconds were over. */
export async function allGone(dataFolder: string, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (postgresProcesses(dataFolder).all.length > 0) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/** Sends `signal` to each of `pids` that still is there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ended in the meantime
    }
  }
}

function commandLines(): { pid: number; args: string[] }[] {
  return process.platform === "linux" ? fromProc() : fromPs();
}

function fromProc(): { pid: number; args: string[] }[] {
  const lines: { pid: number; args: string[] }[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (text.includes("postgres") && processIdentity(Number(name))) {
        lines.push({ pid: Number(name), args: text.split("\0") });
      }
    } catch {
      // ended in the meantime
    }
  }
  return lines;
}

/** ps joins the arguments with spaces; a data folder with spaces in it is put together again. */
function fromPs(): { pid: number; args: string[] }[] {
  const text = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return text.split("\n").flatMap((line) => {
    const [, pid, command = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    if (!pid || !command.includes("postgres")) return [];
    const server = /^(.*?postgres) -D (.*?) -c /.exec(command);
    const args = server ? [server[1] ?? "", "-D", server[2] ?? ""] : [command];
    return [{ pid: Number(pid), args }];
  });
}
