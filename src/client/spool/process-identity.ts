import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { errorCode } from "./disk.ts";

/**
 * A text that no other process ever shares with the one that has this pid now: pids are used again, a pid together
 * with its time of start is not. Undefined when there is no such process, or only its zombie.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return isAlive(pid) ? "alive" : undefined;
  }
}

/** All that is known where there is neither /proc nor ps. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function fromProc(pid: number): string | undefined {
  // "pid (name) state …": the name may hold spaces and parentheses, so count from the last one.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startedAtTick] = [fields[0], fields[19]];
  if (state === "Z" || state === "X") return undefined;
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot}/${startedAtTick}`;
}

function fromPs(pid: number): string | undefined {
  // Two clients may run with different languages and time zones: both must read the same text.
  const line = execFileSync("/bin/ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
  const [state, ...startedAt] = line.split(/\s+/);
  return !state || state.startsWith("Z") ? undefined : startedAt.join(" ");
}
