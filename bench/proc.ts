import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What Linux tells about a process; everything is 0 where there is no /proc. */

/** Of USER_HZ, which has been 100 on every Linux for decades. */
const TICKS_PER_SECOND = 100;

type Stat = { parent: number; ownTicks: number; childTicks: number };

/** CPU seconds that the process has used so far. */
export function cpuSeconds(pid: number): number {
  return (readStat(pid)?.ownTicks ?? 0) / TICKS_PER_SECOND;
}

/** The same of a process and its children, those that have ended included: PostgreSQL is one process per connection. */
export function familyCpuSeconds(pid: number): number {
  const parent = readStat(pid);
  if (!parent) return 0;
  let ticks = parent.ownTicks + parent.childTicks;
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat?.parent === pid) ticks += stat.ownTicks;
  }
  return ticks / TICKS_PER_SECOND;
}

export function rssMiB(pid: number): number {
  return readMiB(pid, "VmRSS");
}

/** The most memory the process has had since it began, or since resetPeak. */
export function peakRssMiB(pid: number): number {
  return readMiB(pid, "VmHWM");
}

export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not allowed here; the peak is then that of the whole life.
  }
}

function readMiB(pid: number, name: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold spaces; the fields after it are counted from the state, which is the third.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = (place: number) => Number(fields[place - 3]);
    return { parent: ticks(4), ownTicks: ticks(14) + ticks(15), childTicks: ticks(16) + ticks(17) };
  } catch {
    return undefined;
  }
}
