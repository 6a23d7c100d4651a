import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { deferred } from "../kit/deferred.ts";
import { within } from "../kit/within.ts";
import { type Account, accountFor, requireReachable } from "./account.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ensureDatabase, waitUntilReady } from "./connect.ts";
import { openDataDir, unusable } from "./data-dir.ts";
import { prepareDataFolder, SUPERUSER } from "./data-folder.ts";
import { EmbeddedError } from "./embedded-error.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { killAll, makeWay } from "./lock-file.ts";
import { createLogTail } from "./log-tail.ts";
import { keepPassword } from "./password.ts";
import { LockHeld, type PidLock, takePidLock } from "./pid-lock.ts";
import { freePort, portTaken, requireFree } from "./port.ts";
import { clusterName } from "./postgres-processes.ts";
import { spawnOptions } from "./run-as.ts";

export type EmbeddedPostgres = {
  url: string;
  port: number;
  pid: number;
  /** Ends PostgreSQL, politely as long as that works; may be called more than once. */
  stop(): Promise<void>;
  /** Settles when PostgreSQL has ended, asked or not. */
  exited: Promise<{ code: number | null; signal: string | null }>;
};

export type EmbeddedOptions = {
  dataDir: string;
  /** 0 picks a free one. */
  port: number;
  /** Created if missing; default "slimmer". */
  database?: string;
  /** More settings for PostgreSQL, as in postgresql.conf. */
  settings?: Record<string, string>;
  log: EmbeddedLog;
  /** Gives up a start under way; what was started is stopped. */
  signal?: AbortSignal;
};

/** The guardian of a `slimmer up` that was killed may still be stopping its PostgreSQL. */
const PREDECESSOR_MS = 45_000;
const FAST_STOP_MS = 20_000;
const QUIT_MS = 5_000;
const PORT_ATTEMPTS = 5;

/**
 * Starts a PostgreSQL of our own on `<dataDir>/postgres`, and resolves when a connection works. Whatever an earlier one
 * left behind (a crash, a half-made cluster, a stale lock, an orphan) is cleared up first. Throws an EmbeddedError with a
 * sentence for the user where only the user can help.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = await openDataDir(options.dataDir);
  const lock = await lockData(dataDir);
  try {
    return await start({ ...options, dataDir }, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function start(options: EmbeddedOptions, lock: PidLock): Promise<EmbeddedPostgres> {
  const { dataDir, log, signal } = options;
  const folder = join(dataDir, "postgres");
  const account = accountFor(folder);
  requireReachable(dataDir, account);
  const binaries = await findBinaries({ dataDir, account, log });
  await makeWay(folder, log);
  const password = await keepPassword(dataDir, folder);
  // Before initdb, so that a port that is taken costs no time.
  if (options.port !== 0) await requireFree(options.port);
  await prepareDataFolder({ dataDir, folder, account, binaries, password, log, signal });

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port === 0 ? await freePort() : options.port;
    try {
      return await run({ options, lock, folder, account, binaries, password, port });
    } catch (error) {
      if (!(error instanceof EmbeddedError) || !isPortTaken(error)) throw error;
      if (options.port !== 0 || attempt === PORT_ATTEMPTS) throw portTaken(port, error);
    }
  }
}

async function run(context: {
  options: EmbeddedOptions;
  lock: PidLock;
  folder: string;
  account: Account | undefined;
  binaries: Binaries;
  password: string;
  port: number;
}): Promise<EmbeddedPostgres> {
  const { options, lock, folder, account, binaries, password, port } = context;
  const { log, signal, database = "slimmer" } = options;
  const startedAt = performance.now();
  let state: "starting" | "ready" | "stopping" = "starting";
  const tail = createLogTail(20, (line) => {
    // While it starts and stops, PostgreSQL calls every refused connection FATAL.
    if (state === "ready" && /^(WARNING|ERROR|FATAL|PANIC):/.test(line)) {
      log.warn({ line }, "PostgreSQL reports a problem");
    }
  });
  const child = spawn(binaries.postgres, serverArguments(folder, port, options.settings), {
    ...spawnOptions(account),
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: the terminal's Ctrl-C must not stop it before the server has drained.
    detached: true,
  });
  const exited = exitOf(child);
  const closed = once(child, "close");
  closed.catch(() => undefined);
  if (child.stdout) tail.follow(child.stdout);
  if (child.stderr) tail.follow(child.stderr);

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    state = "stopping";
    stopping ??= stopServer(child, exited, folder);
    return stopping;
  };

  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const login = { port, user: SUPERUSER, password };
  try {
    await waitUntilReady(login, {
      passwordFile: join(options.dataDir, "password"),
      goOn() {
        signal?.throwIfAborted();
        if (ended) throw new Error("it ended.");
      },
      onRecovery: () => log.info({}, "PostgreSQL still starts: after a crash it recovers first"),
    });
    await ensureDatabase(login, database);
  } catch (error) {
    await stop();
    await within(500, "reading PostgreSQL's last words", closed).catch(() => undefined);
    if (signal?.aborted || error instanceof EmbeddedError) throw error;
    throw new EmbeddedError(`PostgreSQL did not start: ${(error as Error).message}`, {
      lines: tail.lines(),
      cause: error,
      mayPass: true,
    });
  }
  state = "ready";
  const released = exited.then(async (exit) => {
    await lock.release();
    return exit;
  });
  const pid = child.pid as number;
  log.info(
    { pid, port, version: binaries.version, ms: Math.round(performance.now() - startedAt) },
    "PostgreSQL takes connections",
  );
  return {
    url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    pid,
    exited: released,
    async stop() {
      await stop();
      await released;
    },
  };
}

function serverArguments(
  folder: string,
  port: number,
  extra: Record<string, string> = {},
): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    cluster_name: clusterName(folder),
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "",
    log_checkpoints: "off",
    // Details and statements would carry what users stored into our log.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...extra,
  };
  // -D comes first: that is how an orphan is found again.
  return [
    "-D",
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

/** SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, everything committed is written out. */
async function stopServer(
  child: ChildProcess,
  exited: Promise<unknown>,
  folder: string,
): Promise<void> {
  for (const [signal, ms] of [
    ["SIGINT", FAST_STOP_MS],
    ["SIGQUIT", QUIT_MS],
  ] as const) {
    child.kill(signal);
    const inTime = await within(ms, `stopping PostgreSQL with ${signal}`, exited).then(
      () => true,
      () => false,
    );
    if (inTime) return;
  }
  child.kill("SIGKILL");
  await exited;
  await killAll(folder);
}

function exitOf(child: ChildProcess): EmbeddedPostgres["exited"] {
  const exited = deferred<{ code: number | null; signal: string | null }>();
  child.once("exit", (code, signal) => exited.resolve({ code, signal }));
  // Could not be spawned at all.
  child.once("error", () => exited.resolve({ code: null, signal: null }));
  return exited.promise;
}

function isPortTaken(error: EmbeddedError): boolean {
  return error.lines.some((line) => /Address already in use|could not bind/.test(line));
}

async function lockData(dataDir: string): Promise<PidLock> {
  try {
    return await takePidLock(join(dataDir, "postgres.lock"), { waitMs: PREDECESSOR_MS });
  } catch (cause) {
    if (cause instanceof LockHeld) {
      throw new EmbeddedError(
        `The PostgreSQL in ${dataDir} is already run by process ${cause.pid}; stop that first, or set SLIMMER_DATA_DIR to another folder.`,
        { cause },
      );
    }
    throw unusable(dataDir, cause);
  }
}
