import type { UpSettings } from "../config/settings.ts";
import { startEmbeddedPostgres } from "../embedded/cluster.ts";
import { EmbeddedError } from "../embedded/embedded-error.ts";
import type { EmbeddedLog } from "../embedded/embedded-log.ts";
import { tellParent, whenParentIsGone } from "../supervisor/parent.ts";
import { defaultDataDir } from "./default-data-dir.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * The guardian of the embedded PostgreSQL: a process of its own that never outlives `slimmer up`, and never leaves
 * PostgreSQL behind. It stops PostgreSQL on SIGTERM, SIGINT, and when its parent is gone, even after a kill -9, and
 * ends when PostgreSQL ends. Resolves to the exit code, which is also set.
 */
export async function database(
  settings: Pick<UpSettings, "dataDir" | "embeddedPort" | "logLevel">,
  log: EmbeddedLog,
): Promise<number> {
  const stop = new AbortController();
  const stopAsked = new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => resolve());
  });
  const onSignal = () => stop.abort();
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  whenParentIsGone(onSignal);
  try {
    process.exitCode = await guard(settings, log, stop.signal, stopAsked);
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.mayPass ? EXIT.failed : EXIT.usage;
  } finally {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  }
  return process.exitCode;
}

async function guard(
  settings: Pick<UpSettings, "dataDir" | "embeddedPort">,
  log: EmbeddedLog,
  signal: AbortSignal,
  stopAsked: Promise<void>,
): Promise<number> {
  const dataDir = settings.dataDir ?? defaultDataDir(process.env);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    port: settings.embeddedPort,
    log,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined; // called off: there is nothing left to stop
    throw error;
  });
  if (!postgres) return EXIT.ok;
  const { port, url } = postgres;
  tellParent({ kind: "ready", addresses: { postgres: `127.0.0.1:${port}` }, url });
  const exit = await Promise.race([postgres.exited, stopAsked]);
  if (exit) {
    log.warn(exit, "PostgreSQL ended unasked");
    return EXIT.failed;
  }
  await postgres.stop();
  return EXIT.ok;
}
