import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { SystemTime } from "./device-clock.ts";

/** The clocks of this machine. */
export function systemTime(): SystemTime {
  return {
    wallMs: () => Date.now(),
    monoMs: () => performance.now(),
    bootMs: () => uptime() * 1_000,
    bootId: readBootId(),
  };
}

/** Linux alone has one; elsewhere the time is not carried from one process to the next. */
function readBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
