import type pg from "pg";
import { expect, test } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { compareRows, storeDated, storeStrays } from "../../src/store/activations.ts";
import { readBounds } from "../../src/store/bounds.ts";
import { useDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, pick, rowOf, rowsOf, seededRandom } from "../support/rows.ts";

const databaseUrl = useDatabase();
const connection = () => connectTo(databaseUrl());

async function foldRecords(db: pg.Client): Promise<number> {
  const { rows } = await db.query("select count(*)::int as records from fold_records");
  return rows[0].records;
}

async function find(db: pg.Client, { activationId, systemNo }: ActivationRow) {
  const { rows } = await db.query(
    "select entity_no, tableoid::regclass::text as place from activations where activation_id = $1 and system_no = $2 union all select entity_no, 'stray' from stray_activations where activation_id = $1 and system_no = $2",
    [activationId, systemNo],
  );
  return rows;
}

test("rows are stored once, whoever sends them again", async () => {
  const db = await connection();
  const rows = rowsOf(20).sort(compareRows);
  expect(await storeDated(db, rows)).toBeUndefined();
  expect(await storeDated(db, rows)).toEqual(new Set(rows.keys()));
  const mixed = [...rows.slice(5, 10), ...rowsOf(3)].sort(compareRows);
  const old = new Set(rows.map((row) => row.activationId));
  const expected = mixed.flatMap((row, place) => (old.has(row.activationId) ? [place] : []));
  expect(await storeDated(db, mixed)).toEqual(new Set(expected));
});

test("of two copies in one flush the first is the one that is stored", async () => {
  const db = await connection();
  const first = rowOf({ entityNo: 1 });
  const copy = { ...first, entityNo: 2 };
  const other = { ...first, systemNo: 2, entityNo: 3 };
  expect(await storeDated(db, [first, copy, other])).toEqual(new Set([1]));
  expect(await find(db, first)).toMatchObject([{ entity_no: 1 }]);
  expect(await find(db, other)).toMatchObject([{ entity_no: 3 }]);
});

test("a row comes back as it was given", async () => {
  const db = await connection();
  const row = rowOf({
    systemNo: 9_007_199_254_740_991,
    runNo: 2_147_483_647,
    entityNo: 2_147_483_647,
    occurredAtUs: -62_135_596_800_000_000,
    receivedAtUs: 1_790_000_000_123_456,
    seq: 9_007_199_254_740_991,
    flags: 3,
    attributes: '{"a": "\\"{},\\\\ü\\n"}',
  });
  await storeDated(db, [row]);
  const { rows } = await db.query(
    `select *, (extract(epoch from occurred_at) * 1000000)::bigint as occurred, (extract(epoch from received_at) * 1000000)::bigint as received
    from activations where activation_id = $1`,
    [row.activationId],
  );
  expect(rows).toMatchObject([
    {
      system_no: row.systemNo,
      run_no: row.runNo,
      entity_no: row.entityNo,
      occurred: row.occurredAtUs,
      received: row.receivedAtUs,
      seq: row.seq,
      flags: 3,
      attributes: { a: '"{},\\ü\n' },
    },
  ]);
});

test("clients that do not count and have no attributes leave no trace of either", async () => {
  const db = await connection();
  const rows = [rowOf({ seq: 5, attributes: "{}" }), rowOf()].sort(compareRows);
  await storeDated(db, rows);
  const { rows: stored } = await db.query(
    "select seq, attributes from activations where activation_id = any($1) order by seq nulls last",
    [rows.map((row) => row.activationId)],
  );
  expect(stored).toEqual([
    { seq: 5, attributes: {} },
    { seq: null, attributes: null },
  ]);
});

test("a flush leaves one fold record, and a flush of duplicates none", async () => {
  const db = await connectTo(await ownDatabase());
  const rows = rowsOf(10).sort(compareRows);
  await storeDated(db, rows);
  expect(await foldRecords(db)).toBe(1);
  await storeDated(db, rows);
  const stray = rowOf({ activationId: idAt(1_000) });
  const bounds = await readBounds(db);
  await storeStrays(db, [stray], bounds);
  expect(await foldRecords(db)).toBe(2);
  await storeStrays(db, [stray], bounds);
  expect(await foldRecords(db)).toBe(2);
});

test("a row without a partition fails its flush whole", async () => {
  const db = await connectTo(await ownDatabase());
  const rows = [rowOf(), rowOf({ activationId: idAt(Date.now() + 30 * DAY_MS) })];
  await expect(storeDated(db, rows)).rejects.toMatchObject({ code: "23514" });
  expect(await find(db, rows[0] as ActivationRow)).toEqual([]);
  expect(await foldRecords(db)).toBe(0);
});

test("strays are stored once, like all others", async () => {
  const db = await connection();
  const bounds = await readBounds(db);
  const rows = [rowOf({ activationId: idAt(1_000) }), rowOf({ activationId: idAt(4e12) })];
  expect(await storeStrays(db, rows, bounds)).toBeUndefined();
  expect(await storeStrays(db, rows, bounds)).toEqual(new Set([0, 1]));
  expect(await find(db, rows[0] as ActivationRow)).toMatchObject([{ place: "stray" }]);
});

test.each([
  ["lower", -DAY_MS, 0],
  ["upper", 0, DAY_MS],
])("strays with a stale %s bound are not stored", async (_name, lower, upper) => {
  const db = await connectTo(await ownDatabase());
  const bounds = await readBounds(db);
  const row = rowOf({ activationId: idAt(4e12) });
  const stale = { lowerMs: bounds.lowerMs + lower, upperMs: bounds.upperMs + upper };
  expect(await storeStrays(db, [row], stale)).toBe("stale");
  expect(await find(db, row)).toEqual([]);
  expect(await foldRecords(db)).toBe(0);
  expect(await storeStrays(db, [row], bounds)).toBeUndefined();
});

test("a stray that waits while the bounds move is not stored by the old ones", async () => {
  const url = await ownDatabase();
  const [mover, writer] = (await connectMany(url, 2)) as [pg.Client, pg.Client];
  const bounds = await readBounds(writer);
  const row = rowOf({ activationId: idAt(bounds.upperMs + 1_000) });
  await mover.query("begin");
  await mover.query("update partition_bounds set upper_ms = upper_ms + $1", [DAY_MS]);
  const storing = storeStrays(writer, [row], bounds);
  await eventually(async () => {
    const { rows } = await mover.query(
      "select count(*)::int as waiting from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))",
    );
    expect(rows[0].waiting).toBe(1);
  });
  await mover.query("commit");
  expect(await storing).toBe("stale");
  expect(await find(mover, row)).toEqual([]);
});

test("many connections with common rows never deadlock, and store each of them once", async () => {
  const url = await ownDatabase();
  const writers = await connectMany(url, 6);
  const random = seededRandom(7);
  for (let round = 0; round < 25; round++) {
    const rows = rowsOf(200).map((row) => ({ ...row, systemNo: 1 + pick(random, 3) }));
    const answers = await Promise.all(
      writers.map(async (writer, number) => {
        const arrived = number % 2 === 0 ? [...rows] : [...rows].reverse();
        const mine = arrived.filter(() => random() < 0.8).sort(compareRows);
        const duplicates = await storeDated(writer, mine);
        return mine.length - (duplicates?.size ?? 0);
      }),
    );
    const stored = await writers[0]?.query(
      "select count(*) as rows from activations where activation_id = any($1)",
      [rows.map((row) => row.activationId)],
    );
    expect(stored?.rows[0].rows).toBe(answers.reduce((sum, count) => sum + count, 0));
  }
  const admin = await connectTo(url);
  const { rows } = await admin.query(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  expect(rows[0].deadlocks).toBe(0);
});
