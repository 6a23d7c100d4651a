import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { eventually } from "./eventually.ts";
import { childEnv } from "./server-process.ts";
import { ENTRY } from "./slimmer-command.ts";
import { ROOT } from "./source-files.ts";

/** A built slimmer that runs until it is told to stop. */
export type SlimmerProcess = {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly process: ChildProcess;
  output(): string;
  /** Waits until it has written that; fails at once where it ends before. */
  untilItSays(text: string | RegExp): Promise<void>;
};

const SAYS_MS = 60_000;

/** Starts `slimmer …words` for the running test, which it does not outlive. `env` is on top of ours without SLIMMER_…. */
export function startSlimmer(
  words: readonly string[],
  env: Record<string, string>,
): SlimmerProcess {
  const child = spawn(process.execPath, [ENTRY, ...words], {
    cwd: ROOT,
    env: childEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exited;
  });
  return {
    pid: child.pid as number,
    process: child,
    exited,
    output: () => text,
    async untilItSays(wanted) {
      const hasSaid = () =>
        typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
      await eventually(
        () => {
          if (!hasSaid() && child.exitCode === null) throw new Error(`no ${wanted} in\n${text}`);
        },
        { timeoutMs: SAYS_MS },
      );
      if (!hasSaid()) throw new Error(`it ended with ${child.exitCode}:\n${text}`);
    },
  };
}
