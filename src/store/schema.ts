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

/**
 * Whether an older slimmer can't work on the schema any more once the migration of this name has run. The name has to
 * say so: it is all that the older one has of it.
 */
export function isBreaking(name: string): boolean {
  return name.includes("_breaking_");
}

/** Whether this build can work on the schema: whether requireSchema lets it pass. */
export function fits({ pending, unknown }: SchemaStatus): boolean {
  return pending.length === 0 && !unknown.some(isBreaking);
}

/** A server's start ends here when it can't work on the schema. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

export type SchemaLog = { warn(facts: object, message: string): void };

/**
 * Throws a SchemaError, in a sentence that names the command to run, unless this build can work on the schema: it is its
 * own, or a newer one without a breaking migration. In the second case the log says so.
 */
export async function requireSchema(db: Queryable, log: SchemaLog): Promise<void> {
  const status = await schemaStatus(db);
  acceptUnknown(status, log);
  const { applied, pending } = status;
  if (pending.length > 0) {
    throw new SchemaError(
      applied.length === 0
        ? "the database has no slimmer schema yet: run `slimmer migrate up`"
        : `the database schema is too old (it lacks ${pending.join(", ")}): run \`slimmer migrate up\``,
    );
  }
}

/** Throws a SchemaError if the migrations that this build does not know are none to work with; else names them in the log. */
export function acceptUnknown({ pending, unknown }: SchemaStatus, log: SchemaLog): void {
  if (unknown.length === 0) return;
  const breaking = unknown.filter(isBreaking);
  if (breaking.length > 0) {
    throw new SchemaError(
      `the database schema is too new for this slimmer (it has ${breaking.join(", ")}): install the slimmer release that made it, or a later one`,
    );
  }
  if (pending.length > 0) {
    throw new SchemaError(
      `the database schema is of another line of slimmer (it has ${unknown.join(", ")}, and lacks ${pending.join(", ")}): install the slimmer release that made it, or one that knows all of these`,
    );
  }
  log.warn({ unknown }, "the database schema is newer than this slimmer, which can work on it");
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
