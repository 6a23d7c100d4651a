import { spawn } from "node:child_process";

/** What a command wrote; as text. */
export type Output = { stdout: string; stderr: string };

/**
 * Runs a command to its end. Throws, with everything that it wrote, where it fails or takes longer than `timeoutMs`
 * (default 5 minutes).
 */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string; timeoutMs?: number } = {},
): Promise<Output> {
  const { env = process.env, cwd, input, timeoutMs = 300_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, ...(cwd ? { cwd } : {}), timeout: timeoutMs });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.stdin.on("error", () => {}); // it may end without having read everything
    child.stdin.end(input ?? "");
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const end = signal ?? `exit code ${code}`;
      reject(
        new Error(`${command} ${args.join(" ")}: ${end}\n${output.stdout}${output.stderr}`.trim()),
      );
    });
  });
}
