import { spawn } from "node:child_process";
import { note } from "../output/output-option.ts";
import { type JobSignals, statusOfSignal } from "./job-signals.ts";

/** How a command ended: its exit status as a shell would give it, and the same in words. */
export type JobEnd = { readonly status: number; readonly reason: string };

const CANT_RUN = 126;
const NOT_FOUND = 127;

/** Runs a command with our standard streams, and hands signals on to it. Never rejects. */
export function runJob(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: JobSignals,
): Promise<JobEnd> {
  const { early } = signals;
  if (early) return Promise.resolve({ status: statusOfSignal(early), reason: early });
  const [command = "", ...args] = words;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env });
    signals.handTo(child);
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      const isMissing = error.code === "ENOENT";
      note(`can't run ${command}: ${isMissing ? "there is no such command" : error.message}`);
      resolve({
        status: isMissing ? NOT_FOUND : CANT_RUN,
        reason: `can't start: ${error.code ?? "error"}`,
      });
    });
    child.once("exit", (code, signal) =>
      resolve(
        signal === null
          ? { status: code ?? 1, reason: `exit ${code}` }
          : { status: statusOfSignal(signal), reason: signal },
      ),
    );
  });
}
