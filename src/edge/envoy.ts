import { execFile, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Address } from "../config/kinds.ts";
import { deferred } from "../kit/deferred.ts";
import { within } from "../kit/within.ts";
import { EdgeError } from "./edge-error.ts";

export type Envoy = {
  readonly pid: number;
  /** Settles when it has ended, for whatever reason. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** SIGTERM, and SIGKILL after a while. */
  stop(): Promise<void>;
};

/** The oldest that envoy/envoy.yaml was written for. */
const MIN_VERSION = [1, 40] as const;
const READY_MS = 20_000;
const READY_POLL_MS = 100;
const STOP_MS = 5_000;
/** Every worker has connections of its own to each server: more of them than this help nobody on one machine. */
const MAX_WORKERS = 4;

/** The `envoy` on `path` (a PATH), if there is one. */
export async function findEnvoy(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, "envoy");
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

/** Throws an EdgeError unless `binary` is new enough. */
export async function requireEnvoyVersion(binary: string): Promise<void> {
  const { stdout } = await promisify(execFile)(binary, ["--version"]);
  const match = /\/(\d+)\.(\d+)\.\d+[^/]*\//.exec(stdout);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  const isNew = major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
  if (!isNew) {
    throw new EdgeError(
      `${binary} is ${match ? `Envoy ${major}.${minor}` : "of no known version"}: slimmer needs ${MIN_VERSION.join(".")} or later`,
    );
  }
}

/**
 * Starts Envoy, and waits until it serves. Its lines go to `onOutput`, or else to our own output. Throws where it ends before
 * it is ready, or takes too long.
 */
export async function startEnvoy(options: {
  binary: string;
  bootstrap: string;
  stats: Address;
  drainMs: number;
  onOutput?: (text: string) => void;
}): Promise<Envoy> {
  const { binary, bootstrap, stats, drainMs, onOutput } = options;
  const output = onOutput ? "pipe" : "inherit";
  const workers = Math.min(MAX_WORKERS, availableParallelism());
  const child = spawn(
    binary,
    [
      ...["-c", bootstrap, "--concurrency", String(workers), "--disable-hot-restart"],
      ...["--drain-time-s", String(Math.max(1, Math.round(drainMs / 2_000)))],
      ...["--log-level", "warn"],
    ],
    { stdio: ["ignore", output, output] },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
  }
  const ended = deferred<{ code: number | null; signal: string | null }>();
  child.once("error", (error) => ended.reject(error));
  child.once("exit", (code, signal) => ended.resolve({ code, signal }));
  const stop = async () => {
    child.kill("SIGTERM");
    await within(STOP_MS, "stopping Envoy", ended.promise).catch(() => child.kill("SIGKILL"));
    await ended.promise;
  };
  try {
    await within(
      READY_MS,
      "starting Envoy",
      Promise.race([isReady(stats), tooEarly(ended.promise)]),
    );
  } catch (error) {
    if (child.pid !== undefined) await stop();
    throw error;
  }
  return { pid: child.pid as number, ended: ended.promise, stop };
}

async function tooEarly(ended: Envoy["ended"]): Promise<never> {
  const { code, signal } = await ended;
  throw new Error(`Envoy ended (${signal ?? `exit code ${code}`}) before it was ready`);
}

async function isReady({ host, port }: Address): Promise<void> {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  for (;;) {
    const response = await fetch(`http://${name}:${port}/ready`).catch(() => undefined);
    if (response?.ok) return;
    await wait(READY_POLL_MS);
  }
}
