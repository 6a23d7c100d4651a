import type pg from "pg";
import { describe, expect, test } from "vitest";
import { type ActivationRow, FLAGS } from "../../src/domain/activation.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon } from "../../src/ingest/horizon.ts";
import { fold } from "../../src/store/folds.ts";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { type Presence, recordPresence } from "../../src/store/presence.ts";
import { eventually } from "../support/eventually.ts";
import { backendPid, connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, pick, rowOf, rowsOf, seededRandom } from "../support/rows.ts";

const SYSTEMS = 4;
const SENSORS = 6;
const RUNS = 3;

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
      runNo: 1 + pick(random, RUNS),
      entityNo: 1 + pick(random, SENSORS),
      // Holes, numbers that two rows have, and rows without one.
      seq: pick(random, 3) === 0 ? 0 : 1 + pick(random, 300),
      attributes: luck > 0.9 ? JSON.stringify({ luck: String(luck) }) : undefined,
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
  const { rows: left } = await db.query(
    "select count(*) as records from fold_records where feed_no is null",
  );
  expect(left[0].records).toBe(0);
  return rows;
}

const SHOWN = `
  select system_no, run_no, entity_no, activation_id, seq, flags, attributes, occurred_at, received_at,
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
      "select system_no, hour, fired_count from system_hourly order by 1, 2",
      `select system_no, date_trunc('hour', shown_at, 'UTC') as hour, count(*) as fired_count
      from (select * from (${SHOWN}) as stored union all select 0, ${SHOWN.replace("select system_no,", "")}) as shown
      group by 1, 2 order by 1, 2`,
    ],
    [
      "select system_no, run_no, entity_no, first_fired_at, last_fired_at, fired_count from run_sensor_state order by 1, 2, 3",
      `select system_no, run_no, entity_no, min(shown_at) as first_fired_at, max(shown_at) as last_fired_at, count(*) as fired_count
      from (${SHOWN}) as shown group by 1, 2, 3 order by 1, 2, 3`,
    ],
    [
      "select system_no, run_no, fired_count, uncounted, seqs, first_fired_at, last_fired_at from run_state order by 1, 2",
      `select system_no, run_no, count(*) as fired_count, count(*) filter (where seq is null) as uncounted,
        coalesce(range_agg(int8range(seq, seq, '[]')) filter (where seq is not null), '{}') as seqs,
        min(shown_at) as first_fired_at, max(shown_at) as last_fired_at
      from (${SHOWN}) as shown group by 1, 2 order by 1, 2`,
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

const FED = `
  select fired.system_no, fired.run_no, fired.entity_no, fired.activation_id::text,
    nullif(fired.seq, 0) as seq, coalesce(fired.flags, 0)::int as flags, fired.attributes,
    coalesce(fired.occurred_us, fired.shown_us) as occurred, fired.shown_us as shown,
    coalesce(fired.received_us, (extract(epoch from received_at) * 1000000)::bigint) as received
  from fold_records
  cross join lateral unnest(
    system_nos, run_nos, entity_nos, activation_ids, seqs, shown_us, occurred_us, received_us, flags, attributes
  ) as fired (system_no, run_no, entity_no, activation_id, seq, shown_us, occurred_us, received_us, flags, attributes)
  where feed_no is not null
  order by 1, 4`;

/** Every stored row is in the feed once, as it is stored, and its records are numbered without a gap. */
async function expectFeed(db: pg.Client): Promise<void> {
  const stored = await db.query(
    `select system_no, run_no, entity_no, activation_id::text, seq, flags::int, attributes,
      (extract(epoch from occurred_at) * 1000000)::bigint as occurred,
      (extract(epoch from shown_at) * 1000000)::bigint as shown,
      (extract(epoch from received_at) * 1000000)::bigint as received
    from (${SHOWN}) as stored order by 1, 4`,
  );
  expect((await db.query(FED)).rows).toEqual(stored.rows);
  const { rows } = await db.query(
    `select first_no, last_no, feed_state.bytes,
      (select array_agg(feed_no order by feed_no) from fold_records) as numbers,
      (select sum(bytes)::bigint from fold_records) as sum
    from feed_state`,
  );
  const { first_no, last_no, numbers, bytes, sum } = rows[0];
  expect(first_no).toBe(1);
  expect(numbers.map(Number)).toEqual(Array.from({ length: last_no }, (_, place) => place + 1));
  expect(bytes).toBe(sum);
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
  await expectFeed(db);
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
  await expectFeed(db);
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
  await expectFeed(admin);
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

test("a fold takes so many rows at most, whole records, and says that more wait", async () => {
  const db = await connectTo(await databaseWithSystems());
  const at = Date.now() * 1_000;
  // Three would be 105,000 rows.
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
    select 1, now(), array_fill(1::bigint, array[35000]), array_fill(1, array[35000]), array_fill($1::bigint, array[35000])
    from generate_series(1, 4)`,
    [at],
  );
  expect(await fold(db)).toMatchObject({ records: 3, rows: 105_000, more: true });
  expect(await fold(db)).toMatchObject({ records: 1, rows: 35_000, more: false });
  const { rows } = await db.query(
    "select array_agg(feed_no order by fold_id) as numbers from fold_records",
  );
  expect(rows[0].numbers.map(Number)).toEqual([1, 2, 3, 4]);
});

test("a fold takes so many records at most, and says whether more wait", async () => {
  const db = await connectTo(await databaseWithSystems());
  const wait = (records: number) =>
    db.query(
      `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
      select 1, now(), '{1}', '{1}', array[$1::bigint] from generate_series(1, $2)`,
      [Date.now() * 1_000, records],
    );
  await wait(2_000);
  expect(await fold(db)).toMatchObject({ records: 2_000, more: false });
  await wait(2_001);
  expect(await fold(db)).toMatchObject({ records: 2_000, more: true });
  expect(await fold(db)).toMatchObject({ records: 1, more: false });
});

test("one record alone is folded, however large it is", async () => {
  const db = await connectTo(await databaseWithSystems());
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
    select 1, now(), array_fill(1::bigint, array[150000]), array_fill(1, array[150000]), array_fill($1::bigint, array[150000])`,
    [Date.now() * 1_000],
  );
  expect(await fold(db)).toMatchObject({ records: 1, rows: 150_000, more: false });
});

test("the age of the oldest record is told", async () => {
  const db = await connectTo(await databaseWithSystems());
  await (await storer(db))(rowsOf(1));
  await db.query("update fold_records set created_at = now() - interval '90 seconds'");
  expect((await fold(db)).lagSeconds).toBeGreaterThanOrEqual(90);
});

test.each([
  ["that follow one another", 1],
  ["with holes", 3],
])("numbers %s are known, whether a flush was of new rows or met repeats", async (_what, step) => {
  const db = await connectTo(await databaseWithSystems());
  const store = await storer(db);
  const now = Date.now();
  const fired = (from: number, count: number) =>
    Array.from({ length: count }, (_, place) =>
      rowOf({
        activationId: idAt(now + from + place),
        systemNo: 1 + (place % 2),
        // One for the whole flush: the latest of a flush is the last_seen_at of all its systems.
        receivedAtUs: (now + from) * 1_000,
        seq: from + step * (place >> 1),
      }),
    );
  const first = fired(1, 100);
  await store(first);
  await foldAll(db);
  await store([...first.slice(50), ...fired(400, 60)]);
  await foldAll(db);
  await expectRecount(db);
  await expectFeed(db);
});

test("who has seen a number of the feed sees all lower ones, while many write and fold", async () => {
  const url = await databaseWithSystems();
  const writers = await connectMany(url, 3);
  const folders = await connectMany(url, 2);
  const reader = await connectTo(url);
  let writing = writers.length;
  const flushing = writers.map(async (db, number) => {
    const store = await storer(db);
    for (let flush = 0; flush < 60; flush++) await store(rowsOf(3, { systemNo: 1 + number }));
    writing -= 1;
  });
  const folding = folders.map(async (db) => {
    while (writing > 0) await fold(db);
  });
  let seen = 0;
  while (writing > 0) {
    const { rows } = await reader.query(
      "select feed_no from fold_records where feed_no > $1 order by feed_no",
      [seen],
    );
    for (const { feed_no } of rows) expect(feed_no).toBe(++seen);
  }
  await Promise.all([...flushing, ...folding]);
  await foldAll(reader);
  const { rows } = await reader.query("select last_no from feed_state");
  expect(rows[0].last_no).toBe(180);
});

test("readers are told how far the feed goes, once a fold", async () => {
  const url = await databaseWithSystems();
  const [db, reader] = (await connectMany(url, 2)) as [pg.Client, pg.Client];
  const told: (string | undefined)[] = [];
  reader.on("notification", ({ payload }) => told.push(payload));
  await reader.query("listen slimmer_feed");
  const store = await storer(db);
  await store(rowsOf(2));
  await store(rowsOf(2));
  await fold(db);
  await fold(db);
  await recordPresence(db, [{ systemNo: 1, seenAtMs: Date.now(), report: undefined }]);
  await fold(db);
  await eventually(() => expect(told).toEqual(["2", "3"]));
});

test("a record of a server of before the feed adds to all that it can", async () => {
  const db = await connectTo(await databaseWithSystems());
  const at = Date.UTC(2026, 0, 1, 12, 30) * 1_000;
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
    values (1, now(), '{1,1,2}', '{1,1,3}', $1)`,
    [[at, at + 1, at + 2]],
  );
  expect(await foldAll(db)).toBe(3);
  const { rows } = await db.query(
    `select (select sum(fired_count) from system_hourly where system_no = 0)::int as of_all,
      (select sum(fired_count) from sensor_state)::int as of_sensors,
      (select count(*) from run_state)::int as runs,
      (select count(*) from run_sensor_state)::int as run_sensors`,
  );
  expect(rows[0]).toEqual({ of_all: 3, of_sensors: 3, runs: 0, run_sensors: 0 });
});

test("a folder of before the feed takes no record away, folded or not", async () => {
  const db = await connectTo(await databaseWithSystems());
  const store = await storer(db);
  await store(rowsOf(2));
  await foldAll(db);
  await store(rowsOf(3));
  const { rows } = await db.query("delete from fold_records returning fold_id");
  expect(rows).toEqual([]);
  expect(await foldAll(db)).toBe(3);
  await expectRecount(db);
});

describe("a run whose numbers have more holes than are kept", () => {
  async function runState(db: pg.Client) {
    const { rows } = await db.query(
      `select fired_count, upper(seqs)::int - 1 as highest, seqs_cut::int,
        (select count(*)::int from unnest(seqs)) as ranges,
        seqs * int8multirange(int8range(null, seqs_cut)) as exact
      from run_state`,
    );
    return rows[0];
  }

  test("keeps the lower numbers and the highest, and goes on counting", async () => {
    const db = await connectTo(await databaseWithSystems());
    const store = await storer(db);
    const even = (from: number, count: number) =>
      Array.from({ length: count }, (_, place) => rowOf({ seq: 2 * (from + place) }));
    await store(even(1, 2_000));
    await foldAll(db);
    expect(await runState(db)).toMatchObject({ ranges: 2_000, seqs_cut: null });
    await store(even(2_001, 1));
    await foldAll(db);
    const cut = await runState(db);
    expect(cut).toMatchObject({
      fired_count: 2_001,
      highest: 4_002,
      ranges: 1_001,
      seqs_cut: 2_001,
    });
    await store(even(3_000, 500));
    await foldAll(db);
    const later = await runState(db);
    expect(later).toMatchObject({ fired_count: 2_501, highest: 6_998, ranges: 1_001 });
    expect(later.exact).toBe(cut.exact);
    // Late ones below the cut still fill their holes.
    await store([rowOf({ seq: 3 }), rowOf({ seq: 1 }), rowOf({ seq: 3_001 })]);
    await foldAll(db);
    expect(await runState(db)).toMatchObject({ fired_count: 2_504, highest: 6_998, ranges: 1_000 });
  });
});

describe("signs of life", () => {
  const at = (minutes: number) => Date.UTC(2026, 0, 1, 12, minutes);
  const report = (number: number) => ({ sent: number, spooled: number + 1, lost: number + 2 });

  async function stateOf(db: pg.Client, systemNo: number) {
    const { rows } = await db.query(
      `select last_seen_at, last_pinged_at, client_sent, client_spooled, client_lost, client_reported_at, last_fired_at, fired_count
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

  test("of a run leave its client's account of it beside that of the system", async () => {
    const db = await connectTo(await databaseWithSystems());
    const store = await storer(db);
    await store([rowOf({ runNo: 2, seq: 1 })]);
    await recordPresence(db, [
      { systemNo: 1, runNo: 1, seenAtMs: at(2), report: report(20) },
      { systemNo: 1, runNo: 2, seenAtMs: at(1), report: report(10) },
      { systemNo: 1, seenAtMs: at(3), report: report(30) },
      { systemNo: 1, runNo: 2, seenAtMs: at(4), report: undefined },
    ]);
    await foldAll(db);
    await recordPresence(db, [{ systemNo: 1, runNo: 1, seenAtMs: at(1), report: report(5) }]);
    await foldAll(db);
    expect(await stateOf(db, 1)).toMatchObject({
      client_sent: 30,
      last_pinged_at: new Date(at(4)),
    });
    const { rows } = await db.query(
      "select run_no, fired_count, client_sent, client_spooled, client_lost, client_reported_at from run_state order by 1",
    );
    expect(rows).toEqual([
      {
        run_no: 1,
        fired_count: 0,
        client_sent: 20,
        client_spooled: 21,
        client_lost: 22,
        client_reported_at: new Date(at(2)),
      },
      {
        run_no: 2,
        fired_count: 1,
        client_sent: 10,
        client_spooled: 11,
        client_lost: 12,
        client_reported_at: new Date(at(1)),
      },
    ]);
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
      last_pinged_at: new Date(at(5)),
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
