import { execFile } from "node:child_process";
import { ROOT } from "./source-files.ts";

/** The file that `slimmer` runs, below the root. */
export const ENTRY = "dist/cli/index.js";

export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs the built slimmer with these words, and nothing of our own environment but what Node needs. */
export function slimmer(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [ENTRY, ...words],
      { cwd: ROOT, env: { PATH, HOME, ...env }, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
