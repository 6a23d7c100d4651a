import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** A process of ours with an IPC channel. It ends with us, whatever happens to us: the channel closes, or "exit" kills it. */
export type Child = {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Settles when it has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  readonly hasExited: boolean;
  /** SIGTERM, and SIGKILL after half a minute. */
  stop(): Promise<Exit>;
  kill(): Promise<Exit>;
  /** The last of what it has written. */
  output(): string;
};

const STOP_MS = 30_000;

// Each child has a listener of its own on "exit", and none is forgotten.
process.setMaxListeners(50);

const OUTPUT_CHARS = 20_000;

export function startChild(
  file: string,
  args: readonly string[],
  {
    env = {},
    execArgv = [],
    outputFile,
  }: {
    env?: Record<string, string>;
    execArgv?: string[];
    /** Takes what it and its children write: where that is much, we should not be the one who reads it. */
    outputFile?: string;
  } = {},
): Child {
  const descriptor = outputFile ? openSync(outputFile, "a") : undefined;
  const sink = descriptor ?? "pipe";
  const child = fork(file, args, {
    env: childEnv(env),
    execArgv,
    stdio: ["ignore", sink, sink, "ipc"],
  });
  if (descriptor !== undefined) closeSync(descriptor);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARS);
    });
  }
  let hasExited = false;
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve({ code: null, signal: null });
    });
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const killNow = () => void child.kill("SIGKILL");
  process.once("exit", killNow);
  void exited.then(() => {
    hasExited = true;
    process.off("exit", killNow);
  });

  function end(signal: NodeJS.Signals): Promise<Exit> {
    child.kill(signal);
    const timer = setTimeout(killNow, STOP_MS);
    return exited.finally(() => clearTimeout(timer));
  }

  return {
    pid: child.pid ?? 0,
    process: child,
    exited,
    get hasExited() {
      return hasExited;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    output: () => (outputFile ? readFileSync(outputFile, "utf8").slice(-OUTPUT_CHARS) : output),
  };
}

/** Our environment without slimmer's settings, which are for the user's own slimmer. */
function childEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SLIMMER_"));
  return { ...Object.fromEntries(inherited), ...env };
}
