import knex, { type Knex } from "knex";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { type MigrateOptions, migrateUp } from "../../src/store/migrate.ts";
import type { Migration } from "../../src/store/migration.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { createPartitions, listPartitionDays } from "../../src/store/partitions.ts";
import { requireSchema, SchemaError, schemaStatus } from "../../src/store/schema.ts";
import { eventually } from "../support/eventually.ts";
import { configOf, connectTo, emptyDatabase, ownDatabase } from "../support/own-database.ts";
import { DAY_MS } from "../support/rows.ts";
import { startServerProcess } from "../support/server-process.ts";
import { slimmer } from "../support/slimmer-command.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 13, 37);
const NAMES = MIGRATIONS.map(({ name }) => name);

/** Few days, because each of them is a table. */
function migrate(url: string, options: Partial<MigrateOptions> = {}) {
  return migrateUp({
    connection: configOf(url),
    retentionMs: 3 * DAY_MS,
    nowMs: NOW_MS,
    log: { info: () => {}, warn: () => {} },
    ...options,
  });
}

/** A log that keeps what it is told. */
function listener() {
  const said: string[] = [];
  const facts: object[] = [];
  const note = (about: object, message: string) => {
    facts.push(about);
    said.push(message);
  };
  return { said, facts, log: { info: note, warn: note } };
}

/** Everything in the schema but what knex keeps for itself, one line each. */
async function catalogue(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query(
    `select 'relation ' || relname || ' ' || relkind::text || ' ' || coalesce(array_to_string(reloptions, ','), '') as line
    from pg_class where relnamespace = 'public'::regnamespace and relname not like '%slimmer_migrations%'
    union all
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
    from information_schema.columns where table_schema = 'public' and table_name not like '%slimmer_migrations%'
    union all
    select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '%slimmer_migrations%'
    union all
    select 'type ' || typname from pg_type
    where typnamespace = 'public'::regnamespace and typname not like '%slimmer_migrations%'
    union all
    select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
    order by 1`,
  );
  return rows.map((row) => row.line);
}

async function history(db: pg.Client): Promise<string[]> {
  return (await db.query("select name from slimmer_migrations order by id")).rows.map(
    (row) => row.name,
  );
}

const extra: Migration = {
  name: "9001_extra",
  async up(db) {
    await db.raw("create table extra (number integer primary key)");
  },
  async down(db) {
    await db.raw("drop table extra");
  },
};

const breaking: Migration = { ...extra, name: "9001_breaking_extra" };

const broken: Migration = {
  ...extra,
  name: "9002_broken",
  async up(db) {
    await extra.up(db);
    await db.raw("alter table systems add column colour text");
    await db.raw("select 1 / 0");
  },
};

test("many at the same time take turns: all succeed, and each migration runs once", async () => {
  const url = await emptyDatabase();
  const answers = await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
  expect(answers.flatMap(({ applied }) => applied)).toEqual(NAMES);
  expect(await history(await connectTo(url))).toEqual(NAMES);
});

test("a second run changes nothing", async () => {
  const url = await emptyDatabase();
  const db = await connectTo(url);
  await migrate(url);
  const before = await catalogue(db);
  expect(await migrate(url)).toEqual({ applied: [] });
  expect(await catalogue(db)).toEqual(before);
});

test("partitions exist from the retention horizon to seven days ahead right away", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const db = await connectTo(url);
  const days = (await listPartitionDays(db)).map((ms) => new Date(ms).toISOString().slice(0, 10));
  expect(days).toEqual([
    "2026-02-26",
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-05",
    "2026-03-06",
    "2026-03-07",
    "2026-03-08",
  ]);
});

test("a lock of knex that a crash has left set is freed", async () => {
  const url = await emptyDatabase();
  const db = await connectTo(url);
  await migrate(url);
  await db.query("update slimmer_migrations_lock set is_locked = 1");
  await db.query("delete from slimmer_migrations where name = $1", [NAMES.at(-1)]);
  await db.query("drop table activations_hourly, sensor_state");
  expect(await migrate(url)).toEqual({ applied: [NAMES.at(-1)] });
});

test("a migration that another one keeps waiting for too long gives up in a sentence", async () => {
  const url = await emptyDatabase();
  const db = await connectTo(url);
  await db.query("select pg_advisory_lock($1, $2)", [LOCK_SPACE, LOCKS.migrate]);
  const { said, log } = listener();
  const waiting = migrate(url, { lockWaitMs: 1, log });
  await expect(waiting).rejects.toThrow(SchemaError);
  expect(said).toEqual(["another migration is running; waiting for it"]);
  expect(await catalogue(db)).toEqual([]);
});

test("a migration whose process dies leaves no lock behind", async () => {
  const url = await emptyDatabase();
  const crashed = await connectTo(url);
  await crashed.query("select pg_advisory_lock($1, $2)", [LOCK_SPACE, LOCKS.migrate]);
  const waiting = migrate(url);
  const admin = await connectTo(url);
  await admin.query(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
  );
  expect((await waiting).applied).toEqual(NAMES);
});

describe("a schema from a newer slimmer", () => {
  test("stays as it is, and gets its partitions", async () => {
    const url = await emptyDatabase();
    const db = await connectTo(url);
    await migrate(url, { migrations: [...MIGRATIONS, extra] });
    const days = await listPartitionDays(db);

    const { said, facts, log } = listener();
    expect(await migrate(url, { nowMs: NOW_MS + 2 * DAY_MS, log })).toEqual({ applied: [] });
    expect(said[0]).toBe("the database schema is newer than this slimmer, which can work on it");
    expect(facts[0]).toEqual({ unknown: ["9001_extra"] });
    expect(said.slice(1)).toEqual(["the schema is up to date"]);
    expect(await history(db)).toEqual([...NAMES, "9001_extra"]);
    expect(await listPartitionDays(db)).toHaveLength(days.length + 2);
  });

  test("with a breaking migration is left alone, with a sentence that names it", async () => {
    const url = await emptyDatabase();
    const db = await connectTo(url);
    await migrate(url, { migrations: [...MIGRATIONS, breaking] });
    const before = await catalogue(db);

    const refused = migrate(url, { nowMs: NOW_MS + 2 * DAY_MS });
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(/too new for this slimmer.*9001_breaking_extra/);
    expect(await catalogue(db)).toEqual(before);
  });

  test("that lacks a migration of ours is left alone as well", async () => {
    const url = await emptyDatabase();
    const db = await connectTo(url);
    await migrate(url, { migrations: [...MIGRATIONS.slice(0, -1), extra] });
    const before = await catalogue(db);

    const refused = migrate(url);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(
      /of another line of slimmer \(it has 9001_extra, and lacks 0006_sensor_state\)/,
    );
    expect(await catalogue(db)).toEqual(before);
  });

  test("is none to the slimmer that made it", async () => {
    const url = await emptyDatabase();
    const migrations = [...MIGRATIONS, extra];
    await migrate(url, { migrations });
    const { said, log } = listener();
    expect(await migrate(url, { migrations, log })).toEqual({ applied: [] });
    expect(said).toEqual(["the schema is up to date"]);
  });

  test("is shown as such, and only what stops this slimmer makes the status 3", async () => {
    const url = await ownDatabase();
    const db = await connectTo(url);
    const env = { SLIMMER_DATABASE_URL: url };
    const add = (name: string) =>
      db.query("insert into slimmer_migrations (name, batch) values ($1, 9)", [name]);
    const ours = NAMES.map((name) => `applied  ${name}\n`).join("");

    await add("9001_extra");
    expect(await slimmer(["migrate", "status"], env)).toEqual({
      code: 0,
      stdout: `${ours}unknown  9001_extra\n`,
      stderr: "",
    });

    await add("9002_breaking_extra");
    expect(await slimmer(["migrate", "status"], env)).toEqual({
      code: 3,
      stdout: `${ours}unknown  9001_extra\nunknown  9002_breaking_extra\n`,
      stderr: "",
    });
    const serve = await slimmer(["serve"], { ...env, SLIMMER_LOG_LEVEL: "fatal" });
    expect(serve).toMatchObject({ code: 3, stdout: "" });
    expect(serve.stderr).toContain("too new for this slimmer (it has 9002_breaking_extra)");
  });

  test.each(["serve", "keeper"] as const)("is no reason for %s not to start", async (command) => {
    const url = await ownDatabase();
    const db = await connectTo(url);
    await db.query("insert into slimmer_migrations (name, batch) values ('9001_extra', 9)");
    const process = await startServerProcess({ command, env: { SLIMMER_DATABASE_URL: url } });
    expect(await process.stop()).toEqual({ code: 0, signal: null });
    const lines = process.output().split("\n");
    expect(lines.filter((line) => line.includes("9001_extra"))).toEqual([
      expect.stringMatching(/"level":"warn".*"unknown":\["9001_extra"\].*newer than this slimmer/),
    ]);
  });
});

describe("a PostgreSQL that does not answer yet", () => {
  /** The way to the database of `url`, closed. */
  async function closedWay(url: string) {
    const proxy = await startTcpProxy(url);
    onTestFinished(proxy.close);
    await proxy.close();
    return { open: proxy.open, connection: configOf(proxy.urlVia(url)) };
  }

  test("is waited for, with a line at the first failure and one when it answers", async () => {
    const url = await emptyDatabase();
    const { open, connection } = await closedWay(url);
    const { said, log } = listener();
    const { applied } = await migrate(url, {
      connection,
      serverWaitMs: 60_000,
      log: {
        info: log.info,
        warn(facts, message) {
          log.warn(facts, message);
          void open();
        },
      },
    });
    expect(applied).toEqual(NAMES);
    expect(said).toEqual([
      "PostgreSQL does not answer yet; waiting for it",
      "PostgreSQL answers",
      "the schema is up to date",
    ]);
  });

  test("is given up with its own error when the wait is over", async () => {
    const url = await emptyDatabase();
    const { connection } = await closedWay(url);
    const { said, log } = listener();
    await expect(migrate(url, { connection, serverWaitMs: 250, log })).rejects.toThrow(
      "ECONNREFUSED",
    );
    expect(said).toEqual(["PostgreSQL does not answer yet; waiting for it"]);
  });

  test("is not waited for unless somebody asks for it", async () => {
    const url = await emptyDatabase();
    const { connection } = await closedWay(url);
    const { said, log } = listener();
    await expect(migrate(url, { connection, log })).rejects.toThrow("ECONNREFUSED");
    expect(said).toEqual([]);
  });
});

describe("a PostgreSQL that answers with a refusal is not waited for:", () => {
  test.each([
    ["a user that it does not know", { user: "nobody_of_that_name" }, /^28/],
    ["a database that it does not have", { database: "no_such_database" }, /^3D000$/],
  ])("%s", async (_what, wrong, code) => {
    const { said, log } = listener();
    const refused = migrate("", {
      connection: { ...configOf(await emptyDatabase()), ...wrong },
      serverWaitMs: 60 * 60_000,
      log,
    });
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(code) });
    expect(said).toEqual([]);
  });
});

describe("a migration that fails in the middle", () => {
  test("leaves the schema as it was and every lock free, and the next run goes on", async () => {
    const url = await emptyDatabase();
    const db = await connectTo(url);
    await migrate(url);
    const before = await catalogue(db);

    await expect(migrate(url, { migrations: [...MIGRATIONS, broken] })).rejects.toThrow(
      /division by zero/,
    );
    expect(await catalogue(db)).toEqual(before);
    expect(await history(db)).toEqual(NAMES);
    await eventually(async () => {
      const { rows } = await db.query(
        "select count(*)::int as held from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rows[0].held).toBe(0);
    });
    expect(await migrate(url, { migrations: [...MIGRATIONS, extra] })).toEqual({
      applied: ["9001_extra"],
    });
  });

  test("takes those that ran with it back as well, so that the next run begins where this one did", async () => {
    const url = await emptyDatabase();
    const db = await connectTo(url);
    const half = [...MIGRATIONS.slice(0, 2), broken];
    await expect(migrate(url, { migrations: half })).rejects.toThrow(/division by zero/);
    expect(await history(db)).toEqual([]);
    expect(await catalogue(db)).toEqual([]);
    expect((await migrate(url)).applied).toEqual(NAMES);
  });
});

test("a keeper that makes partitions at the same time is no reason to fail", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const keeper = await connectTo(url);
  const wanted = { nowMs: NOW_MS + 20 * DAY_MS, retentionMs: 3 * DAY_MS };
  const both = await Promise.allSettled([
    migrate(url, { nowMs: wanted.nowMs }),
    createPartitions(keeper, wanted),
  ]);
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
});

describe("each migration's way down", () => {
  /** A connection that migrations can use, without knex's migrator. */
  function builder(url: string): Knex {
    const pool = new pg.Pool({ ...configOf(url), max: 2 });
    const db = knex({ client: "pg", connectionPool: pool });
    onTestFinished(async () => {
      await db.destroy();
      await pool.end();
    });
    return db;
  }

  test("undoes its way up, and nothing else", async () => {
    const url = await emptyDatabase();
    const [db, look] = [builder(url), await connectTo(url)];
    for (const migration of MIGRATIONS) {
      const before = await catalogue(look);
      await migration.up(db);
      await migration.down(db);
      expect(await catalogue(look), migration.name).toEqual(before);
      await migration.up(db);
    }
  });

  test("leads from a schema in use back to an empty database", async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const [db, look] = [builder(url), await connectTo(url)];
    for (const migration of [...MIGRATIONS].reverse()) await migration.down(db);
    expect(await catalogue(look)).toEqual([]);
  });
});

describe("a server's look at the schema", () => {
  test("is content with its own, without a word", async () => {
    const db = await connectTo(await ownDatabase());
    const { said, log } = listener();
    await requireSchema(db, log);
    expect(said).toEqual([]);
    expect(await schemaStatus(db)).toEqual({ applied: NAMES, pending: [], unknown: [] });
  });

  test("says what to run on an empty database", async () => {
    const refused = requireSchema(await connectTo(await emptyDatabase()), listener().log);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(
      "the database has no slimmer schema yet: run `slimmer migrate up`",
    );
  });

  test("says what is lacking and what to run on an older one", async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const db = await connectTo(url);
    await db.query("delete from slimmer_migrations where name >= '0005'");
    const refused = requireSchema(db, listener().log);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(
      "the database schema is too old (it lacks 0005_folds, 0006_sensor_state): run `slimmer migrate up`",
    );
  });

  test("is content with a newer one, and says so", async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: [...MIGRATIONS, extra] });
    const { said, log } = listener();
    await requireSchema(await connectTo(url), log);
    expect(said).toEqual(["the database schema is newer than this slimmer, which can work on it"]);
  });

  test("asks for another slimmer on one that is too new", async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: [...MIGRATIONS, extra, { ...breaking, up: async () => {} }] });
    const refused = requireSchema(await connectTo(url), listener().log);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(
      /too new for this slimmer \(it has 9001_breaking_extra\): install the slimmer release that made it/,
    );
  });

  test("asks for another slimmer on one of another line", async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: [...MIGRATIONS.slice(0, -1), extra] });
    const refused = requireSchema(await connectTo(url), listener().log);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(/of another line of slimmer/);
  });
});
