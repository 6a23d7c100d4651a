import type pg from "pg";
import { expect, test } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon, type Horizon } from "../../src/ingest/horizon.ts";
import { createRepeatWatch } from "../../src/ingest/repeat-watch.ts";
import { createPartitions, dropPartitions } from "../../src/store/partitions.ts";
import type { Queryable } from "../../src/store/queryable.ts";
import { useDatabase } from "../support/database.ts";
import { connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, rowOf, rowsOf } from "../support/rows.ts";

const databaseUrl = useDatabase();

async function horizonOf(db: pg.Client): Promise<Horizon> {
  const horizon = createHorizon();
  await horizon.reload(db);
  return horizon;
}

async function counts(db: pg.Client, rows: readonly ActivationRow[]) {
  const { rows: found } = await db.query(
    `select
      (select count(*) from activations where activation_id = any($1)) as dated,
      (select count(*) from stray_activations where activation_id = any($1)) as strays`,
    [rows.map((row) => row.activationId)],
  );
  return found[0];
}

/** Passes statements on, and counts those that store. */
function counting(db: pg.Client) {
  let stores = 0;
  const passing: Queryable = {
    query(statement, values) {
      const name = typeof statement === "string" ? "" : (statement.name ?? "");
      if (name.startsWith("store_")) stores += 1;
      return db.query(statement as string, values);
    },
  };
  return {
    db: passing,
    get stores() {
      return stores;
    },
  };
}

test("dated rows and strays in any order need one statement each", async () => {
  const db = await connectTo(databaseUrl());
  const counted = counting(db);
  const rows = [
    rowOf({ activationId: idAt(1_000) }),
    ...rowsOf(20).reverse(),
    rowOf({ activationId: idAt(4e12) }),
  ];
  expect(await flushRows(counted.db, rows, await horizonOf(db))).toBeUndefined();
  expect(counted.stores).toBe(2);
  expect(await counts(db, rows)).toEqual({ dated: 20, strays: 2 });
});

test("duplicates are told by their place in the flush, not in the statement", async () => {
  const db = await connectTo(databaseUrl());
  const horizon = await horizonOf(db);
  const [a, b, c] = rowsOf(3) as [ActivationRow, ActivationRow, ActivationRow];
  const stray = rowOf({ activationId: idAt(2_000) });
  await flushRows(db, [b, stray], horizon);
  const result = await flushRows(db, [c, stray, b, a, { ...c, entityNo: 9 }], horizon);
  expect(result?.duplicates).toEqual(new Set([1, 2, 4]));
  expect(result?.failures).toEqual(new Map());
  const { rows } = await db.query("select entity_no from activations where activation_id = $1", [
    c.activationId,
  ]);
  expect(rows).toEqual([{ entity_no: 1 }]);
});

test.each([0, 37, 99])("a poisoned row in place %i of 100 fails alone", async (place) => {
  const db = await connectTo(databaseUrl());
  const rows = rowsOf(100, { attributes: '{"zone":"north"}' });
  rows[place] = rowOf({ attributes: "{no json" });
  const result = await flushRows(db, rows, await horizonOf(db));
  expect([...(result?.failures.keys() ?? [])]).toEqual([place]);
  expect(result?.failures.get(place)).toMatchObject({ reason: "INTERNAL" });
  expect(result?.duplicates.size).toBe(0);
  expect(await counts(db, rows)).toEqual({ dated: 99, strays: 0 });
});

test("poisoned rows among dated rows, strays and duplicates fail alone", async () => {
  const db = await connectTo(databaseUrl());
  const horizon = await horizonOf(db);
  const known = rowsOf(5);
  await flushRows(db, known, horizon);
  const rows = [
    rowOf({ entityNo: 2_147_483_648 }),
    ...known,
    rowOf({ activationId: idAt(3_000), attributes: "[" }),
    rowOf({ activationId: idAt(4_000) }),
    ...rowsOf(10),
    rowOf({ attributes: '{"a": "\\u0000"}' }),
  ];
  const result = await flushRows(db, rows, horizon);
  expect([...(result?.failures.keys() ?? [])].sort((a, b) => a - b)).toEqual([0, 6, 18]);
  expect(result?.duplicates).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(await counts(db, rows)).toEqual({ dated: 15, strays: 1 });
});

test("rows whose partition was dropped behind the horizon's back become strays", async () => {
  const [db, keeper] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  const horizon = await horizonOf(db);
  const nowMs = Date.now();
  await dropPartitions(keeper, { nowMs, retentionMs: 80 * DAY_MS });
  const rows = [rowOf(), rowOf({ activationId: idAt(nowMs - 85 * DAY_MS) }), rowOf()];
  const counted = counting(db);
  expect(await flushRows(counted.db, rows, horizon)).toBeUndefined();
  expect(await counts(db, rows)).toEqual({ dated: 2, strays: 1 });
  // The fast statement and the careful one fail; then one for each place.
  expect(counted.stores).toBe(4);
  expect(horizon.has(nowMs - 85 * DAY_MS)).toBe(false);
});

test("strays whose partition was made behind the horizon's back go there", async () => {
  const [db, keeper] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  const horizon = await horizonOf(db);
  const nowMs = Date.now();
  const early = rowOf({ activationId: idAt(nowMs + 9 * DAY_MS) });
  await flushRows(db, [early], horizon);
  await createPartitions(keeper, { nowMs: nowMs + 3 * DAY_MS, retentionMs: 90 * DAY_MS });

  const rows = [
    rowOf(),
    rowOf({ activationId: idAt(nowMs + 9 * DAY_MS) }),
    early,
    rowOf({ activationId: idAt(nowMs + 50 * DAY_MS) }),
  ];
  const result = await flushRows(db, rows, horizon);
  expect(result?.duplicates).toEqual(new Set([2]));
  expect(await counts(db, rows)).toEqual({ dated: 3, strays: 1 });
});

test("a poisoned row and a stale horizon at the same time harm no neighbour", async () => {
  const [db, keeper] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  const horizon = await horizonOf(db);
  const nowMs = Date.now();
  await dropPartitions(keeper, { nowMs, retentionMs: 80 * DAY_MS });
  const rows = Array.from({ length: 100 }, (_, number) =>
    rowOf({
      activationId: idAt(nowMs - (number % 90) * DAY_MS),
      attributes: number === 84 ? "{" : undefined,
    }),
  );
  const result = await flushRows(db, rows, horizon);
  expect([...(result?.failures.keys() ?? [])]).toEqual([84]);
  const { dated, strays } = await counts(db, rows);
  expect(dated + strays).toBe(99);
  expect(strays).toBeGreaterThan(0);
});

test("a day without a partition within the bounds is refused, to be sent again, once the tries are used up", async () => {
  const db = await connectTo(await ownDatabase());
  const horizon = await horizonOf(db);
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  await db.query(`drop table activations_p${day}`);
  const flushed = flushRows(db, [rowOf()], horizon);
  await expect(flushed).rejects.toMatchObject({ reason: "STORE_AWAY" });
});

test("a connection that is gone rejects the whole flush", async () => {
  const [db, admin] = (await connectMany(databaseUrl(), 2)) as [pg.Client, pg.Client];
  const horizon = await horizonOf(db);
  await db.query("select pg_terminate_backend(pg_backend_pid())").catch(() => {});
  const rows = rowsOf(10);
  await expect(flushRows(db, rows, horizon)).rejects.toMatchObject({
    reason: "STORE_AWAY",
    retryAfterMs: expect.any(Number),
  });
  expect(await counts(admin, rows)).toEqual({ dated: 0, strays: 0 });
});

test("a statement that was another's victim is tried again", async () => {
  const db = await connectTo(databaseUrl());
  let victims = 2;
  const unlucky: Queryable = {
    query(statement, values) {
      if (victims === 0) return db.query(statement as string, values);
      victims -= 1;
      return Promise.reject(Object.assign(new Error("deadlock detected"), { code: "40P01" }));
    },
  };
  const rows = rowsOf(3);
  expect(await flushRows(unlucky, rows, await horizonOf(db))).toBeUndefined();
  expect(await counts(db, rows)).toEqual({ dated: 3, strays: 0 });
});

test("a flush of new rows takes one statement; a repeat in it costs one more, and the next flush only one", async () => {
  const [db] = (await connectMany(await ownDatabase(), 1)) as [pg.Client];
  const horizon = await horizonOf(db);
  const repeats = createRepeatWatch();
  const rows = rowsOf(20);
  const counted = counting(db);
  await flushRows(counted.db, rows, horizon, repeats);
  expect(counted.stores).toBe(1);

  const [repeated] = rows as [ActivationRow];
  const mixed = [...rowsOf(5), repeated];
  const result = await flushRows(counted.db, mixed, horizon, repeats);
  expect(result?.duplicates).toEqual(new Set([5]));
  expect(counted.stores).toBe(3);

  const next = await flushRows(counted.db, [...rowsOf(3), repeated], horizon, repeats);
  expect(next?.duplicates).toEqual(new Set([3]));
  expect(counted.stores).toBe(4);
  expect(await counts(db, [...rows, ...mixed])).toEqual({ dated: 25, strays: 0 });
});
