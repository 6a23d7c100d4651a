import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../../src/kit/within.ts";

/** What each command of slimmer listens on, as it says itself once it is ready. */
type AddressesOf = {
  serve: { grpc: string; ops: string };
  keeper: { ops: string };
  web: { http: string; ops: string };
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type ServerProcess<Addresses> = {
  readonly pid: number;
  readonly addresses: Addresses;
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Asks it to stop (SIGTERM), and kills it after half a minute. */
  stop(): Promise<Exit>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<Exit>;
  /** Everything that it has written so far. */
  output(): string;
};

const CLI = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));
const READY_MS = 30_000;
const STOP_MS = 30_000;

/** The environment for a child: ours without slimmer's settings, then `env`. */
export function childEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SLIMMER_"));
  return { ...Object.fromEntries(inherited), ...env };
}

/**
 * Starts a built `slimmer serve`, `web` or `keeper` as a process of its own, on free ports of 127.0.0.1 unless `env`
 * says otherwise, and waits until it is ready. Where that fails, the error has all that it wrote.
 */
export async function startServerProcess<Command extends keyof AddressesOf>({
  command,
  env,
}: {
  command: Command;
  env: Record<string, string>;
}): Promise<ServerProcess<AddressesOf[Command]>> {
  const child = fork(CLI, [command], {
    env: childEnv({
      SLIMMER_GRPC_LISTEN: "127.0.0.1:0",
      SLIMMER_WEB_LISTEN: "127.0.0.1:0",
      SLIMMER_OPS_LISTEN: "127.0.0.1:0",
      ...env,
    }),
    execArgv: [],
    silent: true,
  });
  const output = collectOutput(child);
  const exited = exitOf(child);
  // A test file that ends early takes its servers along.
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  exited.catch(() => {}).finally(() => process.off("exit", killNow));

  async function end(signal: NodeJS.Signals): Promise<Exit> {
    child.kill(signal);
    return within(STOP_MS, `stopping slimmer ${command}`, exited).catch(() => {
      child.kill("SIGKILL");
      return exited;
    });
  }

  try {
    const addresses = (await within(
      READY_MS,
      `starting slimmer ${command}`,
      readyAddresses(child, exited),
    )) as AddressesOf[Command];
    return {
      pid: child.pid as number,
      addresses,
      exited,
      output,
      stop: () => end("SIGTERM"),
      kill: () => end("SIGKILL"),
    };
  } catch (cause) {
    await end("SIGKILL");
    const message = `slimmer ${command} did not get ready: ${(cause as Error).message}\n${output()}`;
    throw new Error(message, { cause });
  }
}

function collectOutput(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  }
  return () => chunks.join("");
}

/** On "close" rather than "exit": by then all of its output has arrived. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function readyAddresses(child: ChildProcess, exited: Promise<Exit>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: { kind?: string; addresses?: unknown }) => {
      if (message.kind === "ready") resolve(message.addresses);
    });
    exited.then(({ code, signal }) => reject(new Error(`it ended with ${code ?? signal}`)), reject);
  });
}
