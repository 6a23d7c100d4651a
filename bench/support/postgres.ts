import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./root.ts";

/** A running embedded PostgreSQL; the handle that src/embedded/cluster.ts gives. */
export type Postgres = {
  readonly url: string;
  readonly port: number;
  /** Of its first process, the postmaster. */
  readonly pid: number;
  /** A fast shutdown. */
  stop(): Promise<void>;
  readonly exited: Promise<unknown>;
};

type Cluster = {
  startEmbeddedPostgres(options: {
    dataDir: string;
    port: number;
    settings?: Record<string, string>;
    log: { info(): void; warn(): void };
  }): Promise<Postgres>;
};

/**
 * Starts PostgreSQL with its default durability (fsync and synchronous_commit on). The built file is loaded at run time:
 * these programs measure and break what users run, and are not compiled together with it.
 */
export async function startPostgres(dataDir: string, port = 0): Promise<Postgres> {
  const built = pathToFileURL(join(ROOT, "dist/embedded/cluster.js")).href;
  const cluster = (await import(/* @vite-ignore */ built)) as Cluster;
  const postgres = await cluster.startEmbeddedPostgres({
    dataDir,
    port,
    log: { info: () => {}, warn: () => {} },
  });
  // It would outlive us: it runs in a process group of its own.
  const quitNow = () => {
    try {
      process.kill(postgres.pid, "SIGQUIT");
    } catch {
      // It has ended.
    }
  };
  process.prependOnceListener("exit", quitNow);
  void postgres.exited.then(() => process.off("exit", quitNow));
  return postgres;
}

/** A new folder for the data of one run, with what removes it. */
export function temporaryDataDir(): { dataDir: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "slimmer-bench-"));
  chmodSync(folder, 0o755); // under root, PostgreSQL runs as another user, who must get through
  const remove = () => {
    process.off("exit", remove);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  // After an early exit PostgreSQL may still be writing: hence the retries.
  process.once("exit", remove);
  return { dataDir: join(folder, "data"), remove };
}
