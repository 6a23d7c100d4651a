import { SlimmerError } from "../domain/errors.ts";
import type { Migration } from "./migration.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Queryable } from "./queryable.ts";

/** Where knex keeps the names of the migrations that ran. */
export const MIGRATIONS_TABLE = "slimmer_migrations";

export type SchemaStatus = { applied: string[]; pending: string[]; unknown: string[] };

/** Which migrations the database has, lacks, and has beyond what this build knows. */
export async function schemaStatus(
  db: Queryable,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaStatus> {
  const exists = await db.query(`select to_regclass($1) as found`, [MIGRATIONS_TABLE]);
  const rows = exists.rows[0]?.found
    ? (await db.query(`select name from ${MIGRATIONS_TABLE} order by id`)).rows
    : [];
  const applied = rows.map((row) => row.name as string);
  const known = migrations.map((migration) => migration.name);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** A server's start ends here when the schema is not the one it was built for. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Throws a SchemaError, in a sentence that names the command to run, unless the schema is the one of this build. */
export async function requireSchema(db: Queryable): Promise<void> {
  const { applied, pending, unknown } = await schemaStatus(db);
  if (unknown.length > 0) {
    throw new SchemaError(
      `the database schema is newer than this slimmer (it has ${unknown.join(", ")}): install the slimmer release that made it, or a later one`,
    );
  }
  if (pending.length > 0) {
    throw new SchemaError(
      applied.length === 0
        ? "the database has no slimmer schema yet: run `slimmer migrate up`"
        : `the database schema is too old (it lacks ${pending.join(", ")}): run \`slimmer migrate up\``,
    );
  }
}

/** Oldest server that the statements of this build were written for. */
const MIN_SERVER_VERSION = 150_000;

/** Throws a SlimmerError unless the server is PostgreSQL 15 or later. */
export async function requireServerVersion(db: Queryable): Promise<void> {
  const { rows } = await db.query(
    "select current_setting('server_version_num')::int as num, current_setting('server_version') as text",
  );
  if (rows[0]?.num < MIN_SERVER_VERSION) {
    throw new SlimmerError(
      "STORE_AWAY",
      `PostgreSQL ${rows[0]?.text} is too old: slimmer needs 15 or later`,
    );
  }
}
