import type pg from "pg";
import { expect, test } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon, type Horizon } from "../../src/ingest/horizon.ts";
import { compareRows, storeDated } from "../../src/store/activations.ts";
import { readBounds } from "../../src/store/bounds.ts";
import {
  createPartitions,
  dropPartitions,
  listPartitionDays,
  wantedDays,
} from "../../src/store/partitions.ts";
import { eventually } from "../support/eventually.ts";
import { connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, pick, rowOf, rowsOf, seededRandom } from "../support/rows.ts";

/** The middle of today: the template has the days around it. */
const TODAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const NOW_MS = TODAY_MS + DAY_MS / 2;
/** Of the template; with less of it, rounds drop partitions. */
const RETENTION_MS = 90 * DAY_MS;
const SHORT_MS = 80 * DAY_MS;

/** What one round of upkeep does. */
async function round(db: pg.Client, nowMs: number, retentionMs = RETENTION_MS) {
  const { created, straysMoved } = await createPartitions(db, { nowMs, retentionMs });
  const dropped = await dropPartitions(db, { nowMs, retentionMs });
  return { created, straysMoved, dropped };
}

function daysFrom(firstMs: number, endMs: number): number[] {
  const days: number[] = [];
  for (let dayMs = firstMs; dayMs < endMs; dayMs += DAY_MS) days.push(dayMs);
  return days;
}

/** Every day within the bounds has a partition, none has one outside, and the bounds are those of `nowMs`. */
async function expectInOrder(db: pg.Client, nowMs: number, retentionMs = RETENTION_MS) {
  const { firstMs, endMs } = wantedDays(nowMs, retentionMs);
  expect(await readBounds(db)).toEqual({ lowerMs: firstMs, upperMs: endMs });
  expect(await listPartitionDays(db)).toEqual(daysFrom(firstMs, endMs));
}

async function horizonOf(db: pg.Client): Promise<Horizon> {
  const horizon = createHorizon();
  await horizon.reload(db);
  return horizon;
}

/** Stores as a writer does that knows the bounds of this moment. */
async function store(db: pg.Client, rows: readonly ActivationRow[]) {
  return flushRows(db, rows, await horizonOf(db));
}

/** Stores as a client does that is told to come back while the partitions change too fast; returns the duplicates. */
async function storeAtLast(
  db: pg.Client,
  rows: readonly ActivationRow[],
  horizon: Horizon,
): Promise<number> {
  return eventually(async () => {
    const result = await flushRows(db, rows, horizon);
    expect(result?.failures.size ?? 0).toBe(0);
    return result?.duplicates.size ?? 0;
  });
}

/** In which tables the row is. */
async function placesOf(db: pg.Client, { activationId }: ActivationRow): Promise<string[]> {
  const { rows } = await db.query(
    `select tableoid::regclass::text as place from activations where activation_id = $1
    union all
    select tableoid::regclass::text from stray_activations where activation_id = $1`,
    [activationId],
  );
  return rows.map((row) => row.place);
}

function nameOf(dayMs: number): string {
  return `activations_p${new Date(dayMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

test("the wanted days reach from the day of the retention horizon to seven days after today", () => {
  const noon = Date.UTC(2026, 2, 10, 12);
  const wanted = wantedDays(noon, 2 * DAY_MS);
  expect(wanted).toEqual({ firstMs: Date.UTC(2026, 2, 8), endMs: Date.UTC(2026, 2, 18) });
  const midnight = Date.UTC(2026, 2, 10);
  expect(wantedDays(midnight, 2 * DAY_MS)).toEqual(wanted);
  expect(wantedDays(midnight - 1, 2 * DAY_MS).endMs).toBe(Date.UTC(2026, 2, 17));
});

test("each partition takes exactly the ids of its day", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  const edges = [
    rowOf({ activationId: "%-7000-8000-000000000000".replace("%", hexOf(TODAY_MS)) }),
    rowOf({ activationId: "%-7fff-bfff-ffffffffffff".replace("%", hexOf(TODAY_MS + DAY_MS - 1)) }),
    rowOf({ activationId: "%-7000-8000-000000000000".replace("%", hexOf(TODAY_MS + DAY_MS)) }),
  ];
  await storeDated(db, edges);
  const [first, last, next] = edges as [ActivationRow, ActivationRow, ActivationRow];
  expect(await placesOf(db, first)).toEqual([nameOf(TODAY_MS)]);
  expect(await placesOf(db, last)).toEqual([nameOf(TODAY_MS)]);
  expect(await placesOf(db, next)).toEqual([nameOf(TODAY_MS + DAY_MS)]);
});

function hexOf(ms: number): string {
  return ms
    .toString(16)
    .padStart(12, "0")
    .replace(/^(.{8})/, "$1-");
}

test("a second round changes nothing", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  expect(await round(db, NOW_MS)).toEqual({ created: 0, straysMoved: 0, dropped: 0 });
  await expectInOrder(db, NOW_MS);
});

test("each new day brings a partition, and takes the oldest away", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  for (const days of [1, 2, 3]) {
    expect(await round(db, NOW_MS + days * DAY_MS)).toMatchObject({ created: 1, dropped: 1 });
    await expectInOrder(db, NOW_MS + days * DAY_MS);
  }
});

test("a stray moves into its partition when its day comes into reach, once, and a retry is a duplicate", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  const stray = rowOf({
    activationId: idAt(NOW_MS + 10 * DAY_MS),
    seq: 4,
    flags: 2,
    attributes: '{"zone":"north"}',
  });
  const farther = rowOf({ activationId: idAt(NOW_MS + 20 * DAY_MS) });
  expect(await store(db, [stray, farther])).toBeUndefined();
  expect(await placesOf(db, stray)).toEqual(["stray_activations"]);
  const { rows: before } = await db.query("select * from stray_activations where seq = 4");

  expect(await round(db, NOW_MS + 3 * DAY_MS)).toMatchObject({ created: 3, straysMoved: 1 });
  expect(await placesOf(db, stray)).toEqual([nameOf(TODAY_MS + 10 * DAY_MS)]);
  expect(await placesOf(db, farther)).toEqual(["stray_activations"]);
  const { rows: after } = await db.query("select * from activations where seq = 4");
  expect(after).toEqual(before);

  expect((await store(db, [stray]))?.duplicates).toEqual(new Set([0]));
  expect(await round(db, NOW_MS + 3 * DAY_MS)).toMatchObject({ straysMoved: 0 });
  expect(await placesOf(db, stray)).toEqual([nameOf(TODAY_MS + 10 * DAY_MS)]);
});

test("a longer retention brings back days of the past, with their strays", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS, SHORT_MS);
  const old = rowOf({ activationId: idAt(NOW_MS - 85 * DAY_MS) });
  await store(db, [old]);
  expect(await placesOf(db, old)).toEqual(["stray_activations"]);
  expect(await round(db, NOW_MS, RETENTION_MS)).toEqual({
    created: 10,
    straysMoved: 1,
    dropped: 0,
  });
  await expectInOrder(db, NOW_MS);
  expect((await store(db, [old]))?.duplicates).toEqual(new Set([0]));
});

test("retention drops whole days, and moves the lower bound first", async () => {
  const [db, reader] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  await round(db, NOW_MS);
  const expired = rowOf({ activationId: idAt(TODAY_MS - 81 * DAY_MS) });
  const kept = rowOf({ activationId: idAt(TODAY_MS - 80 * DAY_MS) });
  await store(db, [expired, kept]);

  await reader.query("begin");
  await reader.query("select from activations limit 1");
  const dropping = dropPartitions(db, { nowMs: NOW_MS, retentionMs: SHORT_MS });
  const { firstMs } = wantedDays(NOW_MS, SHORT_MS);
  await eventually(async () => expect((await readBounds(reader)).lowerMs).toBe(firstMs));
  expect(await placesOf(reader, expired)).toEqual([nameOf(TODAY_MS - 81 * DAY_MS)]);
  await reader.query("commit");

  expect(await dropping).toBe(10);
  await expectInOrder(db, NOW_MS, SHORT_MS);
  expect(await placesOf(db, expired)).toEqual([]);
  expect(await placesOf(db, kept)).toEqual([nameOf(TODAY_MS - 80 * DAY_MS)]);
});

test("a keeper that was away for longer than the retention catches up", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS, SHORT_MS);
  const lost = rowOf();
  const meanwhile = rowOf({ activationId: idAt(NOW_MS + 30 * DAY_MS) });
  const recent = rowOf({ activationId: idAt(NOW_MS + 99 * DAY_MS) });
  await store(db, [lost, meanwhile, recent]);

  const later = NOW_MS + 100 * DAY_MS;
  expect(await round(db, later, SHORT_MS)).toMatchObject({ created: 100, straysMoved: 2 });
  await expectInOrder(db, later, SHORT_MS);
  expect(await placesOf(db, lost)).toEqual([]);
  expect(await placesOf(db, recent)).toEqual([nameOf(TODAY_MS + 99 * DAY_MS)]);
  expect((await store(db, [recent]))?.duplicates).toEqual(new Set([0]));
});

test("the bounds never span a missing partition while a keeper catches up", async () => {
  const [db, watcher] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  await round(db, NOW_MS, SHORT_MS);
  let isDone = false;
  const catchingUp = round(db, NOW_MS + 40 * DAY_MS, SHORT_MS).finally(() => {
    isDone = true;
  });
  let looks = 0;
  while (!isDone) {
    const { rows } = await watcher.query(
      `select (upper_ms - lower_ms) / ${DAY_MS} as within,
        (select count(*) from pg_inherits where inhparent = 'activations'::regclass) as partitions
      from partition_bounds`,
    );
    expect(rows[0].partitions).toBeGreaterThanOrEqual(rows[0].within);
    looks += 1;
  }
  await catchingUp;
  expect(looks).toBeGreaterThan(1);
});

test("a hole is filled again", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  await db.query(`drop table ${nameOf(TODAY_MS - 5 * DAY_MS)}`);
  expect(await round(db, NOW_MS)).toEqual({ created: 1, straysMoved: 0, dropped: 0 });
  await expectInOrder(db, NOW_MS);
  expect(await store(db, [rowOf({ activationId: idAt(NOW_MS - 5 * DAY_MS) })])).toBeUndefined();
});

test("days whose partitions outlived a crash of the dropping come back within the bounds", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  const old = rowOf({ activationId: idAt(NOW_MS - 85 * DAY_MS) });
  await store(db, [old]);
  // The bounds have moved, the partitions are still there; then somebody asks for a longer retention.
  const { firstMs } = wantedDays(NOW_MS, SHORT_MS);
  await db.query("update partition_bounds set lower_ms = $1", [firstMs]);
  const meanwhile = rowOf({ activationId: idAt(NOW_MS - 86 * DAY_MS) });
  await store(db, [meanwhile]);

  await round(db, NOW_MS);
  await expectInOrder(db, NOW_MS);
  expect((await store(db, [old]))?.duplicates).toEqual(new Set([0]));
  expect((await store(db, [meanwhile]))?.duplicates).toEqual(new Set([0]));
  expect(await placesOf(db, meanwhile)).toEqual([nameOf(TODAY_MS - 86 * DAY_MS)]);
});

test("a partition that can't be made leaves no half of itself behind", async () => {
  const db = await connectTo(await ownDatabase());
  await round(db, NOW_MS);
  const stray = rowOf({ activationId: idAt(NOW_MS + 8 * DAY_MS) });
  await store(db, [stray]);
  const standing = nameOf(TODAY_MS + 8 * DAY_MS);
  await db.query(`create table ${standing} (in_the_way integer)`);

  await expect(round(db, NOW_MS + DAY_MS)).rejects.toMatchObject({ code: "42P07" });
  await expectInOrder(db, NOW_MS);
  expect(await placesOf(db, stray)).toEqual(["stray_activations"]);

  await db.query(`drop table ${standing}`);
  expect(await round(db, NOW_MS + DAY_MS)).toMatchObject({ created: 1, straysMoved: 1 });
});

test("nothing is lost or doubled while partitions come and go under load", async () => {
  const url = await ownDatabase();
  const writers = await connectMany(url, 3);
  const keeper = await connectTo(url);
  await round(keeper, NOW_MS, SHORT_MS);
  const random = seededRandom(11);
  const sent: ActivationRow[] = [];
  let isDone = false;
  const storing = writers.map(async (writer) => {
    const horizon = await horizonOf(writer);
    while (!isDone) {
      // Days that have partitions all the time, days that get theirs now, and days that get none.
      const rows = Array.from({ length: 30 }, () =>
        rowOf({ activationId: idAt(NOW_MS + pick(random, 30) * DAY_MS) }),
      );
      const again = sent.length > 0 ? [sent[pick(random, sent.length)] as ActivationRow] : [];
      const duplicates = await storeAtLast(writer, [...rows, ...again], horizon);
      expect(duplicates).toBeGreaterThanOrEqual(again.length);
      sent.push(...rows);
    }
  });
  try {
    for (let day = 1; day <= 15; day++) await round(keeper, NOW_MS + day * DAY_MS, SHORT_MS);
  } finally {
    isDone = true;
  }
  await Promise.all(storing);

  await expectInOrder(keeper, NOW_MS + 15 * DAY_MS, SHORT_MS);
  const { rows } = await keeper.query(
    `select count(*) as rows, count(distinct activation_id) as ids from (
      select activation_id from activations union all select activation_id from stray_activations
    ) as everything`,
  );
  expect(rows[0]).toEqual({ rows: sent.length, ids: sent.length });
  const { upperMs } = await readBounds(keeper);
  const { rows: wrong } = await keeper.query(
    "select count(*) as rows from stray_activations where activation_id < $1",
    [`${hexOf(upperMs)}-0000-0000-000000000000`],
  );
  expect(wrong[0].rows).toBe(0);
});

test("a reader that stays holds up the dropping, but neither inserts nor other readers", async () => {
  const url = await ownDatabase();
  const [keeper, reader, writer, admin] = (await connectMany(url, 4)) as [
    pg.Client,
    pg.Client,
    pg.Client,
    pg.Client,
  ];
  await round(keeper, NOW_MS);
  await reader.query("begin");
  await reader.query("select count(*) from activations");
  let isDropped = false;
  const dropping = dropPartitions(keeper, { nowMs: NOW_MS, retentionMs: SHORT_MS }).then((days) => {
    isDropped = true;
    return days;
  });
  const keeperPid = await backendPidOf(admin, "alter table activations detach%");
  for (let attempt = 0; attempt < 3; attempt++) {
    await eventually(() => expectWaiting(admin, keeperPid, true));
    expect(await storeDated(writer, rowsOf(5).sort(compareRows))).toBeUndefined();
    await eventually(() => expectWaiting(admin, keeperPid, false));
  }
  expect(isDropped).toBe(false);
  await reader.query("commit");
  expect(await dropping).toBe(10);
  const { rows } = await admin.query("select count(*) as rows from activations");
  expect(rows[0].rows).toBe(15);
});

/** The connection that runs a statement like this. */
async function backendPidOf(admin: pg.Client, statement: string): Promise<number> {
  return eventually(async () => {
    const { rows } = await admin.query(
      "select pid from pg_stat_activity where query ilike $1 and pid <> pg_backend_pid() and datname = current_database()",
      [statement],
    );
    expect(rows).toHaveLength(1);
    return rows[0].pid as number;
  });
}

async function expectWaiting(admin: pg.Client, pid: number, isWaiting: boolean): Promise<void> {
  const { rows } = await admin.query("select cardinality(pg_blocking_pids($1)) > 0 as waits", [
    pid,
  ]);
  expect(rows[0].waits).toBe(isWaiting);
}
