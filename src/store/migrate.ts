import { setTimeout as wait } from "node:timers/promises";
import knex, { type Knex } from "knex";
import pg from "pg";
import { connectWhenUp } from "./connect-when-up.ts";
import type { Connection } from "./connection.ts";
import { LOCK_SPACE, LOCKS } from "./locks.ts";
import type { Migration } from "./migration.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { createPartitions } from "./partitions.ts";
import {
  acceptUnknown,
  MIGRATIONS_TABLE,
  requireServerVersion,
  SchemaError,
  schemaStatus,
} from "./schema.ts";

export type MigrateOptions = {
  connection: pg.ClientConfig;
  retentionMs: number;
  nowMs: number;
  log: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
  /** How long to wait for PostgreSQL to answer, in milliseconds. Default 0. */
  serverWaitMs?: number;
  /** How long to wait for another `migrate` to finish, in milliseconds. Default 5 minutes. */
  lockWaitMs?: number;
  migrations?: readonly Migration[];
};

const LOCK_POLL_MS = 200;

/**
 * Brings the schema to this build's version and makes the partitions. Any number may run at once: they take turns under
 * an advisory lock of ours, which ends with its connection. (knex's own lock is a row that survives a crash; under our
 * lock it can only be a leftover, and is freed.) A schema from a newer slimmer is left as it is, and gets its partitions if
 * this build can work on it; else nothing changes, and it throws a SchemaError.
 */
export async function migrateUp(options: MigrateOptions): Promise<{ applied: string[] }> {
  // Migrations and partitions take as long as they take; the waits for locks have bounds of their own.
  const config = { ...options.connection, statement_timeout: 0, query_timeout: 0 };
  const { log, serverWaitMs: waitMs = 0 } = options;
  const own = await connectWhenUp(config, "migrate", { waitMs, log });
  try {
    await requireServerVersion(own.client);
    await takeLock(own, options);
    const migrations = options.migrations ?? MIGRATIONS;
    const status = await schemaStatus(own.client, migrations);
    acceptUnknown(status, log);
    // knex would refuse a table with names that it does not know, even with nothing to do.
    const applied = status.pending.length > 0 ? await runMigrations(config, migrations) : [];
    const { nowMs, retentionMs } = options;
    const partitions = await createPartitions(own.client, { nowMs, retentionMs });
    log.info({ applied, ...partitions }, "the schema is up to date");
    return { applied };
  } finally {
    await own.end();
  }
}

async function takeLock(own: Connection, { lockWaitMs = 300_000, log }: MigrateOptions) {
  const deadline = Date.now() + lockWaitMs;
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await own.client.query("select pg_try_advisory_lock($1, $2) as got", [
      LOCK_SPACE,
      LOCKS.migrate,
    ]);
    if (rows[0]?.got) return;
    if (isFirst) log.info({}, "another migration is running; waiting for it");
    if (Date.now() > deadline) {
      throw new SchemaError(`another migration still runs after ${lockWaitMs} ms: try again later`);
    }
    await wait(LOCK_POLL_MS);
  }
}

/** knex would write to standard output, where our log is; what it has to say is in the error as well. */
const SILENT = { warn() {}, error() {}, debug() {}, deprecate() {} };

async function runMigrations(
  config: pg.ClientConfig,
  migrations: readonly Migration[],
): Promise<string[]> {
  const pool = new pg.Pool({ ...config, max: 2, application_name: "slimmer migrate" });
  pool.on("error", () => {});
  const db = knex({ client: "pg", connectionPool: pool, log: SILENT });
  try {
    const settings = {
      tableName: MIGRATIONS_TABLE,
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration): Promise<Knex.Migration> => ({
          up: (tx) => migration.up(tx),
          down: (tx) => migration.down(tx),
        }),
      },
    };
    await db.migrate.forceFreeMigrationsLock(settings);
    const [, applied] = await db.migrate.latest(settings);
    return applied;
  } finally {
    await db.destroy();
    await pool.end();
  }
}
