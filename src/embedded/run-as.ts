import { type SpawnOptions, spawn } from "node:child_process";
import type { Account } from "./account.ts";

/**
 * How every program of PostgreSQL is spawned: as `account`, in a folder that everybody may enter, and without the
 * PG* variables of the user's own PostgreSQL.
 */
export function spawnOptions(account: Account | undefined): SpawnOptions {
  return {
    cwd: "/",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  };
}

export type ProgramResult = { ok: boolean; output: string };

/** Runs a program to its end; `output` is everything it wrote, or why it could not be started. */
export function runAs(
  account: Account | undefined,
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...spawnOptions(account),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // the terminal's Ctrl-C is for slimmer, which then stops this
      ...(signal ? { signal } : {}),
    });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}
