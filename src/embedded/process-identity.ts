import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A text that no other process ever shares with the one that has this pid now: pids are used again, a pid together
 * with its time of start is not. Undefined when there is no such process, or only its zombie.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
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
  const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
  const [state, ...startedAt] = line.split(/\s+/);
  return !state || state.startsWith("Z") ? undefined : startedAt.join(" ");
}
