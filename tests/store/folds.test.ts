import type pg from "pg";
import { describe, expect, test } from "vitest";
import { type ActivationRow, FLAGS } from "../../src/domain/activation.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon } from "../../src/ingest/horizon.ts";
import { fold, type Presence, recordPresence } from "../../src/store/folds.ts";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { eventually } from "../support/eventually.ts";
import { backendPid, connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, pick, rowOf, rowsOf, seededRandom } from "../support/rows.ts";

const SYSTEMS = 4;
const SENSORS = 6;

/** A database of its own with a few systems, numbered from 1. */
async function databaseWithSystems(): Promise<string> {
  const url = await ownDatabase();
  const db = await connectTo(url);
  await db.query("insert into systems (system_id) select 'system ' || generate_series(1, $1)", [
    SYSTEMS,
  ]);
  return url;
}

/** Rows of one flush, of all kinds: of several systems and hours, strays, wrong clocks, and copies of earlier ones. */
function randomRows(random: () => number, earlier: readonly ActivationRow[]): ActivationRow[] {
  const now = Date.now();
  const receivedAtUs = (now - pick(random, 3 * 3_600_000)) * 1_000;
  return Array.from({ length: 1 + pick(random, 80) }, () => {
    const luck = random();
    if (luck < 0.15 && earlier.length > 0) {
      return { ...(earlier[pick(random, earlier.length)] as ActivationRow) };
    }
    const isStray = luck < 0.25;
    const ms = isStray ? pick(random, 4e12) : now - pick(random, 6 * 3_600_000);
    return rowOf({
      systemNo: 1 + pick(random, SYSTEMS),
      entityNo: 1 + pick(random, SENSORS),
      activationId: idAt(ms),
      occurredAtUs: (now - pick(random, 20 * DAY_MS)) * 1_000 + pick(random, 1_000),
      receivedAtUs,
      flags: isStray || luck < 0.35 ? FLAGS.clockSuspect : 0,
    });
  });
}

async function storer(db: pg.Client) {
  const horizon = createHorizon();
  await horizon.reload(db);
  return (rows: readonly ActivationRow[]) => flushRows(db, rows, horizon);
}

async function foldAll(db: pg.Client): Promise<number> {
  let rows = 0;
  for (let more = true; more; ) {
    const folded = await fold(db);
    rows += folded.rows;
    more = folded.more;
  }
  const { rows: left } = await db.query("select count(*) as records from fold_records");
  expect(left[0].records).toBe(0);
  return rows;
}

const SHOWN = `
  select system_no, entity_no, received_at,
    case when flags & ${FLAGS.clockSuspect} = 0 then occurred_at else received_at end as shown_at
  from (select * from activations union all select * from stray_activations) as stored`;

/** The states and counts are what a count over all rows says. */
async function expectRecount(db: pg.Client): Promise<void> {
  const pairs = [
    [
      "select system_no, entity_no, first_fired_at, last_fired_at, fired_count from sensor_state order by 1, 2",
      `select system_no, entity_no, min(shown_at) as first_fired_at, max(shown_at) as last_fired_at, count(*) as fired_count
      from (${SHOWN}) as shown group by 1, 2 order by 1, 2`,
    ],
    [
      "select system_no, entity_no, hour, fired_count from activations_hourly order by 1, 2, 3",
      `select system_no, entity_no, date_trunc('hour', shown_at, 'UTC') as hour, count(*) as fired_count
      from (${SHOWN}) as shown group by 1, 2, 3 order by 1, 2, 3`,
    ],
    [
      "select system_no, last_seen_at, last_fired_at, fired_count from system_state order by 1",
      `select system_no, max(received_at) as last_seen_at, max(shown_at) as last_fired_at, count(*) as fired_count
      from (${SHOWN}) as shown group by 1 order by 1`,
    ],
  ] as const;
  for (const [kept, counted] of pairs) {
    const expected = (await db.query(counted)).rows;
    expect(expected.length).toBeGreaterThan(0);
    expect((await db.query(kept)).rows).toEqual(expected);
  }
}

/** Waits until the connection with this pid waits for a lock. */
async function whenBlocked(admin: pg.Client, pid: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await admin.query("select cardinality(pg_blocking_pids($1)) as blockers", [
      pid,
    ]);
    expect(rows[0].blockers).toBeGreaterThan(0);
  });
}

test.each([1, 2, 3])("states and counts equal a recount of the rows (seed %i)", async (seed) => {
  const db = await connectTo(await databaseWithSystems());
  const store = await storer(db);
  const random = seededRandom(seed);
  const sent: ActivationRow[] = [];
  let folded = 0;
  for (let flush = 0; flush < 40; flush++) {
    const rows = randomRows(random, sent);
    await store(rows);
    sent.push(...rows);
    if (random() < 0.3) folded += await foldAll(db);
  }
  folded += await foldAll(db);
  expect(folded).toBe(new Set(sent.map((row) => `${row.systemNo} ${row.activationId}`)).size);
  await expectRecount(db);
});

test("several folders at once count everything exactly once, while flushes go on", async () => {
  const url = await databaseWithSystems();
  const writers = await connectMany(url, 2);
  const folders = await connectMany(url, 4);
  let writing = writers.length;
  const flushing = writers.map(async (db, number) => {
    const store = await storer(db);
    const random = seededRandom(100 + number);
    const sent: ActivationRow[] = [];
    for (let flush = 0; flush < 60; flush++) {
      const rows = randomRows(random, sent);
      await store(rows);
      sent.push(...rows);
    }
    writing -= 1;
  });
  const folding = folders.map(async (db) => {
    let rows = 0;
    while (writing > 0) rows += (await fold(db)).rows;
    return rows;
  });
  await Promise.all(flushing);
  const byFolder = await Promise.all(folding);
  const db = folders[0] as pg.Client;
  const total = byFolder.reduce((sum, rows) => sum + rows, 0) + (await foldAll(db));
  const { rows } = await db.query(`select count(*) as stored from (${SHOWN}) as shown`);
  expect(total).toBe(rows[0].stored);
  await expectRecount(db);
});

test("a folder that finds another one at work leaves it alone", async () => {
  const url = await databaseWithSystems();
  const [db, other] = (await connectMany(url, 2)) as [pg.Client, pg.Client];
  await (await storer(db))(rowsOf(3));
  await other.query("begin");
  await other.query("select pg_advisory_xact_lock($1, $2)", [LOCK_SPACE, LOCKS.folder]);
  expect(await fold(db)).toMatchObject({ mine: false, records: 0, rows: 0, more: false });
  await other.query("rollback");
  expect(await fold(db)).toMatchObject({ mine: true, records: 1, rows: 3 });
  expect(await fold(db)).toMatchObject({ mine: true, records: 0, rows: 0 });
});

test("a fold whose connection is ended in the middle loses and doubles nothing", async () => {
  const url = await databaseWithSystems();
  const [admin, holder, doomed, next] = (await connectMany(url, 4)) as [
    pg.Client,
    pg.Client,
    pg.Client,
    pg.Client,
  ];
  const store = await storer(admin);
  const random = seededRandom(5);
  await store([...randomRows(random, []), rowOf({ receivedAtUs: 0 })]);
  await foldAll(admin);
  await store([...randomRows(random, []), rowOf({ receivedAtUs: 0 })]);

  await holder.query("begin");
  await holder.query("select from sensor_state where system_no = 1 and entity_no = 1 for update");
  const pid = await backendPid(doomed);
  const folding = fold(doomed);
  const failed = expect(folding).rejects.toMatchObject({ code: "57P01" });
  await whenBlocked(admin, pid);
  await admin.query("select pg_terminate_backend($1)", [pid]);
  await failed;
  await holder.query("rollback");

  expect(await fold(next)).toMatchObject({ mine: true, more: false });
  await foldAll(next);
  await expectRecount(admin);
});

test("a fold that PostgreSQL gives up can be repeated on the same connection", async () => {
  const url = await databaseWithSystems();
  const [admin, holder, db] = (await connectMany(url, 3)) as [pg.Client, pg.Client, pg.Client];
  const store = await storer(admin);
  await store(rowsOf(5));
  await foldAll(admin);
  await store(rowsOf(7));
  await holder.query("begin");
  await holder.query("select from sensor_state for update");
  await db.query("set lock_timeout = 50");
  await expect(fold(db)).rejects.toMatchObject({ code: "55P03" });
  await holder.query("rollback");
  expect(await fold(db)).toMatchObject({ rows: 7 });
  await expectRecount(admin);
});

test("stored rows of a rolled back flush are not counted", async () => {
  const db = await connectTo(await databaseWithSystems());
  const store = await storer(db);
  await store(rowsOf(2));
  await db.query("begin");
  await store(rowsOf(50));
  await db.query("rollback");
  expect(await foldAll(db)).toBe(2);
  await expectRecount(db);
});

test("the age of the oldest record is told", async () => {
  const db = await connectTo(await databaseWithSystems());
  await (await storer(db))(rowsOf(1));
  await db.query("update fold_records set created_at = now() - interval '90 seconds'");
  expect((await fold(db)).lagSeconds).toBeGreaterThanOrEqual(90);
});

describe("signs of life", () => {
  const at = (minutes: number) => Date.UTC(2026, 0, 1, 12, minutes);
  const report = (number: number) => ({ sent: number, spooled: number + 1, lost: number + 2 });

  async function stateOf(db: pg.Client, systemNo: number) {
    const { rows } = await db.query(
      `select last_seen_at, client_sent, client_spooled, client_lost, client_reported_at, last_fired_at, fired_count
      from system_state where system_no = $1`,
      [systemNo],
    );
    return rows[0];
  }

  const PRESENCES: Presence[] = [
    { systemNo: 1, seenAtMs: at(1), report: report(100) },
    // The latest account, of which every number is smaller: the client was set up anew.
    { systemNo: 1, seenAtMs: at(3), report: report(10) },
    { systemNo: 1, seenAtMs: at(2), report: report(200) },
    { systemNo: 1, seenAtMs: at(4), report: undefined },
  ];
  const ORDERS = permutations([0, 1, 2, 3]);

  test("of any order leave the latest account, in one fold", async () => {
    const db = await connectTo(await databaseWithSystems());
    for (const order of ORDERS) {
      await db.query("truncate system_state");
      for (const place of order) await recordPresence(db, [PRESENCES[place] as Presence]);
      await foldAll(db);
      expect(await stateOf(db, 1), order.join()).toMatchObject(LATEST);
    }
  });

  test("of any order leave the latest account, each in a fold of its own", async () => {
    const db = await connectTo(await databaseWithSystems());
    for (const order of ORDERS) {
      await db.query("truncate system_state");
      for (const place of order) {
        await recordPresence(db, [PRESENCES[place] as Presence]);
        await foldAll(db);
      }
      expect(await stateOf(db, 1), order.join()).toMatchObject(LATEST);
    }
  });

  const LATEST = {
    last_seen_at: new Date(at(4)),
    client_sent: 10,
    client_spooled: 11,
    client_lost: 12,
    client_reported_at: new Date(at(3)),
    last_fired_at: null,
    fired_count: 0,
  };

  test("and firings are kept apart, and share one fold", async () => {
    const db = await connectTo(await databaseWithSystems());
    const fired = rowOf({ occurredAtUs: at(1) * 1_000, receivedAtUs: at(2) * 1_000 });
    await (await storer(db))([fired]);
    await recordPresence(db, [
      { systemNo: 1, seenAtMs: at(5), report: report(1) },
      { systemNo: 2, seenAtMs: at(6), report: undefined },
    ]);
    await foldAll(db);
    expect(await stateOf(db, 1)).toMatchObject({
      last_seen_at: new Date(at(5)),
      last_fired_at: new Date(at(1)),
      fired_count: 1,
      client_sent: 1,
    });
    expect(await stateOf(db, 2)).toMatchObject({
      last_seen_at: new Date(at(6)),
      last_fired_at: null,
      client_sent: null,
      client_reported_at: null,
    });
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
