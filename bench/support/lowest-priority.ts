import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";

/**
 * Has a process run only where nobody else wants a core: SCHED_IDLE of Linux, which `chrt` of util-linux sets for its threads, and
 * those that come inherit; where there is no chrt, the lowest priority. For what in real life is another machine's work.
 */
export function giveLowestPriority(pid: number): void {
  try {
    execFileSync("chrt", ["--all-tasks", "--idle", "--pid", "0", String(pid)], { stdio: "ignore" });
  } catch {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  }
}
