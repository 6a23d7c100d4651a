import knex, { type Knex } from "knex";
import type pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { fold } from "../../src/store/folds.ts";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { type MigrateOptions, migrateUp } from "../../src/store/migrate.ts";
import type { Migration } from "../../src/store/migration.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { createPartitions, listPartitionDays } from "../../src/store/partitions.ts";
import { requireSchema, SchemaError, schemaStatus } from "../../src/store/schema.ts";
import { eventually } from "../support/eventually.ts";
import {
  configOf,
  connectTo,
  emptyDatabase,
  ownDatabase,
  poolOf,
} from "../support/own-database.ts";
import { DAY_MS, idAt } from "../support/rows.ts";
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

/** A connection that migrations can use, without knex's migrator. */
function builder(url: string): Knex {
  const pool = poolOf({ ...configOf(url), max: 2 });
  const db = knex({ client: "pg", connectionPool: pool });
  onTestFinished(async () => {
    await db.destroy();
    await pool.end();
  });
  return db;
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
  await MIGRATIONS.at(-1)?.down(builder(url));
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
      /of another line of slimmer \(it has 9001_extra, and lacks 0007_reading\)/,
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

describe("what was stored before there was a feed", () => {
  const AT = Date.UTC(2026, 2, 1, 10, 30);

  /** A database with the schema of before, and the statements of the servers of before. */
  async function databaseOfBefore() {
    const url = await emptyDatabase();
    await migrate(url, { migrations: MIGRATIONS.filter(({ name }) => name < "0007") });
    const db = await connectTo(url);
    await db.query("insert into systems (system_id) values ('greenhouse'), ('attic')");
    let stored = 0;
    async function store(
      rows: { system?: number; run: number; seq: number | null; table?: string }[],
    ) {
      for (const { system = 1, run, seq, table = "activations" } of rows) {
        stored += 1;
        const ms = table === "activations" ? AT + stored : stored;
        await db.query(
          `with recorded as (
            insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
            values ($1, now(), array[$1]::bigint[], array[$2]::integer[], array[$3]::bigint[])
          )
          insert into ${table} (system_no, activation_id, run_no, entity_no, seq, occurred_at, received_at, flags)
          values (
            $1, $4, $5, $2, $6, timestamptz 'epoch' + $3 * interval '1 microsecond',
            timestamptz 'epoch' + $3 * interval '1 microsecond', $7
          )`,
          [
            system,
            1 + (stored % 2),
            (AT + stored) * 1_000,
            idAt(ms),
            run,
            seq,
            table === "activations" ? 0 : 2,
          ],
        );
      }
    }
    /** What the folder of before does. */
    async function foldAsBefore() {
      await db.query(
        `with taken as (delete from fold_records returning *),
        fired as (
          select fired.* from taken, unnest(system_nos, entity_nos, shown_us) as fired (system_no, entity_no, shown_us)
        ),
        counted as (
          insert into activations_hourly
          select system_no, entity_no, date_trunc('hour', timestamptz 'epoch' + shown_us * interval '1 microsecond', 'UTC'), count(*)
          from fired group by 1, 2, 3
        )
        insert into sensor_state
        select system_no, entity_no, timestamptz 'epoch' + min(shown_us) * interval '1 microsecond',
          timestamptz 'epoch' + max(shown_us) * interval '1 microsecond', count(*)
        from fired group by 1, 2`,
      );
    }
    return { url, db, store, foldAsBefore };
  }

  test("is marked where its id is not about its time, so that lists find it", async () => {
    const { url, db } = await databaseOfBefore();
    const SKEW_MS = 5 * 60_000;
    for (const [idMs, occurredMs, flags] of [
      [AT, AT, 0],
      [AT, AT + SKEW_MS, 0],
      [AT, AT + SKEW_MS + 1, 1],
      [AT, AT - 3_600_000, 0],
      [AT, AT - 3_600_000, 2],
    ] as const) {
      await db.query(
        `insert into activations (system_no, activation_id, run_no, entity_no, occurred_at, received_at, flags)
        values (1, $1, 1, 1, $2, $2, $3)`,
        [idAt(idMs), new Date(occurredMs), flags],
      );
    }
    await migrate(url);
    const { rows } = await db.query("select flags from activations order by occurred_at, flags");
    expect(rows.map(({ flags }) => flags)).toEqual([2, 4, 0, 0, 1 | 4]);
  });

  test("is counted once in everything new, folded or not", async () => {
    const { url, db, store, foldAsBefore } = await databaseOfBefore();
    await store([
      { run: 1, seq: 1 },
      { run: 1, seq: 2 },
      { run: 1, seq: 2 },
      { run: 1, seq: 5 },
      { run: 1, seq: null },
      { run: 2, seq: 9, table: "stray_activations" },
      { system: 2, run: 1, seq: null },
    ]);
    await foldAsBefore();
    await store([
      { run: 1, seq: 3 },
      { run: 2, seq: 10 },
    ]);
    await migrate(url);
    expect((await fold(db)).rows).toBe(2);

    const runs = await db.query(
      "select system_no, run_no, fired_count, uncounted, seqs from run_state order by 1, 2",
    );
    expect(runs.rows).toEqual([
      { system_no: 1, run_no: 1, fired_count: 6, uncounted: 1, seqs: "{[1,4),[5,6)}" },
      { system_no: 1, run_no: 2, fired_count: 2, uncounted: 0, seqs: "{[9,11)}" },
      { system_no: 2, run_no: 1, fired_count: 1, uncounted: 1, seqs: "{}" },
    ]);
    const sensors = await db.query(
      "select system_no, run_no, sum(fired_count)::int as fired from run_sensor_state group by 1, 2 order by 1, 2",
    );
    expect(sensors.rows).toEqual([
      { system_no: 1, run_no: 1, fired: 6 },
      { system_no: 1, run_no: 2, fired: 2 },
      { system_no: 2, run_no: 1, fired: 1 },
    ]);
    const hour = new Date(Date.UTC(2026, 2, 1, 10));
    const hours = await db.query(
      "select system_no, hour, fired_count from system_hourly order by 1",
    );
    expect(hours.rows).toEqual([
      { system_no: 0, hour, fired_count: 9 },
      { system_no: 1, hour, fired_count: 8 },
      { system_no: 2, hour, fired_count: 1 },
    ]);
    const states = await db.query("select sum(fired_count)::int as fired from sensor_state");
    expect(states.rows).toEqual([{ fired: 9 }]);
  });

  test("waits with the migration for whoever is storing at the time", async () => {
    const { url, db, store } = await databaseOfBefore();
    await db.query("begin");
    await store([{ run: 1, seq: 1 }]);
    const migrating = migrate(url);
    const look = await connectTo(url);
    await eventually(async () => {
      const { rows } = await look.query(
        "select count(*)::int as waiting from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(rows[0].waiting).toBe(1);
    });
    await db.query("commit");
    await migrating;
    await fold(db);
    const { rows } = await db.query(
      "select run_state.fired_count as of_run, system_hourly.fired_count as of_hour from run_state, system_hourly where system_hourly.system_no = 0",
    );
    expect(rows).toEqual([{ of_run: 1, of_hour: 1 }]);
  });
});

describe("each migration's way down", () => {
  test("undoes its way up, and nothing else", async () => {
    const url = await emptyDatabase();
    const [db, look] = [builder(url), await connectTo(url)];
    for (const migration of MIGRATIONS) {
      const before = await catalogue(look);
      await db.transaction((tx) => migration.up(tx));
      await db.transaction((tx) => migration.down(tx));
      expect(await catalogue(look), migration.name).toEqual(before);
      await db.transaction((tx) => migration.up(tx));
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
      "the database schema is too old (it lacks 0005_folds, 0006_sensor_state, 0007_reading): run `slimmer migrate up`",
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
