import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "../embedded/process-identity.ts";

/** By default longer than the children of a killed `slimmer up` take to notice it, drain and end. */
const PATIENCE_MS = 45_000;

export type ChildRecord = {
  /** Waits for the children of an earlier run that was killed to end, and kills those that don't. */
  endLeftovers(onWait: (pids: readonly number[]) => void): Promise<void>;
  note(pid: number): void;
  clear(): void;
};

/**
 * Remembers in `file` which processes this run started. The children of a killed run end by themselves, but their ports
 * are taken until they have; and one that hangs would never give them back.
 */
export function createChildRecord(file: string, patienceMs: number = PATIENCE_MS): ChildRecord {
  return {
    async endLeftovers(onWait) {
      const recorded = read(file);
      const left = () => recorded.filter(([pid, identity]) => processIdentity(pid) === identity);
      if (left().length > 0) onWait(left().map(([pid]) => pid));
      const deadline = performance.now() + patienceMs;
      while (left().length > 0 && performance.now() < deadline) await sleep(100);
      for (const [pid] of left()) process.kill(pid, "SIGKILL");
      rmSync(file, { force: true });
    },
    note(pid) {
      const identity = processIdentity(pid);
      if (identity) appendFileSync(file, `${pid} ${identity}\n`);
    },
    clear() {
      rmSync(file, { force: true });
    },
  };
}

function read(file: string): [pid: number, identity: string][] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => /^(\d+) (.+)$/.exec(line))
      .flatMap((match): [number, string][] => (match ? [[Number(match[1]), match[2] ?? ""]] : []));
  } catch {
    return [];
  }
}
