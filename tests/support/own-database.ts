import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { DATABASE_KEYS } from "../../src/config/settings.ts";
import { connect } from "../../src/store/connection.ts";
import { databaseConfig } from "../../src/store/pg-config.ts";
import { createTestDatabase } from "./database.ts";
import { createDatabase, dropDatabase, urlOf } from "./server-databases.ts";

/** The URL of a database with the schema, for the running test alone; it is dropped after it. */
export async function ownDatabase(): Promise<string> {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  return database.url;
}

/** The same without a schema. */
export async function emptyDatabase(): Promise<string> {
  const server = inject("testServer");
  if ("problem" in server) throw new Error(`this tier has no database: ${server.problem}`);
  const name = server.template.replace(/template$/, `empty_${randomBytes(5).toString("hex")}`);
  await createDatabase(server.url, name);
  onTestFinished(() => dropDatabase(server.url, name));
  return urlOf(server.url, name);
}

/** What slimmer's own connections to this database are made with; nor do these compile statements. */
export function configOf(url: string): pg.ClientConfig {
  const config = databaseConfig(loadSettings(DATABASE_KEYS, { SLIMMER_DATABASE_URL: url }));
  return { ...config, options: "-c jit=off" };
}

/**
 * A pool for the caller to end. Its end() doesn't wait for the connections', so PostgreSQL may end one that is idle when
 * the database is dropped next: nobody's mistake.
 */
export function poolOf(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on("error", () => {});
  return pool;
}

/** A connection like slimmer's own; it is ended after the running test. */
export async function connectTo(url: string): Promise<pg.Client> {
  const connection = await connect(configOf(url), "test");
  onTestFinished(() => connection.end());
  return connection.client;
}

/** As many connections as that. */
export function connectMany(url: string, count: number): Promise<pg.Client[]> {
  return Promise.all(Array.from({ length: count }, () => connectTo(url)));
}

export async function backendPid(client: pg.Client | pg.ClientBase): Promise<number> {
  const { rows } = await client.query("select pg_backend_pid() as pid");
  return rows[0].pid;
}
