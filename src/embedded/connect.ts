import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { EmbeddedError } from "./embedded-error.ts";

export type Login = { port: number; user: string; password: string };

/** PostgreSQL answers, and says that it is still starting, recovering or stopping. */
const CANNOT_CONNECT_NOW = "57P03";
const WRONG_PASSWORD = "28P01";

const PAUSE_MS = 50;
/** For a moment, every PostgreSQL that starts says so. */
const USUAL_START_MS = 2_000;
const ANSWER_MS = 60_000;
/** A long recovery after a crash is no reason to kill PostgreSQL: it would begin again from the start. */
const RECOVERY_MS = 15 * 60_000;

/**
 * Resolves once a real connection with the password works. `goOn` is asked before each attempt and throws when waiting
 * has become pointless. `onRecovery` is called once if PostgreSQL answers for long that it is not ready yet.
 */
export async function waitUntilReady(
  login: Login,
  { passwordFile, goOn, onRecovery }: { passwordFile: string; goOn(): void; onRecovery(): void },
): Promise<void> {
  const startedAt = performance.now();
  let recovering = false;
  for (;;) {
    goOn();
    const error = await withClient(login, "postgres", async () => undefined).catch(
      (caught: Error & { code?: string }) => caught,
    );
    if (!error) return;
    if (error.code === WRONG_PASSWORD) {
      throw new EmbeddedError(
        `The embedded PostgreSQL does not take the password in ${passwordFile}; put that file back from a backup.`,
        { cause: error },
      );
    }
    const waitedMs = performance.now() - startedAt;
    if (error.code === CANNOT_CONNECT_NOW && !recovering && waitedMs > USUAL_START_MS) {
      recovering = true;
      onRecovery();
    }
    const limitMs = recovering ? RECOVERY_MS : ANSWER_MS;
    if (waitedMs > limitMs) {
      throw new Error(
        `it took no connection on 127.0.0.1:${login.port} within ${limitMs / 1_000} seconds (${error.message}).`,
        { cause: error },
      );
    }
    await sleep(PAUSE_MS);
  }
}

/** Creates the database `name` unless it is there. */
export async function ensureDatabase(login: Login, name: string): Promise<void> {
  await withClient(login, "postgres", async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

async function withClient<T>(
  { port, user, password }: Login,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user,
    password,
    database,
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => undefined); // a server that goes away shows in the next query
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
