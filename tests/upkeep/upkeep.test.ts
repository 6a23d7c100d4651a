import type pg from "pg";
import { expect, test } from "vitest";
import { storeDated, storeStrays } from "../../src/store/activations.ts";
import { readBounds } from "../../src/store/bounds.ts";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { listPartitionDays, wantedDays } from "../../src/store/partitions.ts";
import { dropOldHours, dropOldStrays } from "../../src/store/retention.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { runUpkeep } from "../../src/upkeep/upkeep.ts";
import { eventually } from "../support/eventually.ts";
import { connectMany, connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, rowOf } from "../support/rows.ts";

const NOW_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
const RETENTION_MS = 80 * DAY_MS;
const ROLLUP_MS = 200 * DAY_MS;

function upkeep(db: pg.Client, rollupRetentionMs = ROLLUP_MS) {
  const metrics = createMetrics({ defaults: false });
  const lines: [object, string][] = [];
  const options = {
    retentionMs: RETENTION_MS,
    rollupRetentionMs,
    nowMs: () => NOW_MS,
    metrics,
    log: { info: (facts: object, message: string) => lines.push([facts, message]) },
  };
  async function metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const kept = await metrics.registry.getSingleMetric(name)?.get();
    const found = kept?.values.find((value) =>
      Object.entries(labels).every(([label, text]) => value.labels[label] === text),
    );
    return found?.value ?? 0;
  }
  return {
    round: (nowMs = NOW_MS) => runUpkeep(db, { ...options, nowMs: () => nowMs }),
    lines,
    metric,
  };
}

async function addHours(db: pg.Client, ...times: number[]): Promise<void> {
  await db.query(
    `insert into activations_hourly (system_no, entity_no, hour, fired_count)
    select 1, row_number() over (), hour, 1 from unnest($1::timestamptz[]) as hour`,
    [times.map((ms) => new Date(ms))],
  );
}

async function hours(db: pg.Client): Promise<number[]> {
  const { rows } = await db.query("select hour from activations_hourly order by hour");
  return rows.map((row) => row.hour.getTime());
}

async function addStrays(db: pg.Client, receivedAtMs: number[]): Promise<void> {
  const rows = receivedAtMs.map((ms, number) =>
    rowOf({ activationId: idAt(1_000 + number), receivedAtUs: ms * 1_000 }),
  );
  await storeStrays(db, rows, await readBounds(db));
}

async function strays(db: pg.Client): Promise<number[]> {
  const { rows } = await db.query("select received_at from stray_activations order by 1");
  return rows.map((row) => row.received_at.getTime());
}

test("a round makes and drops partitions, and deletes old strays and old hourly counts", async () => {
  const db = await connectTo(await ownDatabase());
  const { round, lines } = upkeep(db);
  await round();
  await storeDated(db, [rowOf({ activationId: idAt(NOW_MS - 80 * DAY_MS) })]);
  const [expired, kept] = [NOW_MS - RETENTION_MS - 1, NOW_MS - RETENTION_MS + 2 * DAY_MS];
  await addStrays(db, [expired, kept]);
  await addHours(db, NOW_MS - ROLLUP_MS - 1, NOW_MS - ROLLUP_MS + 2 * DAY_MS);

  lines.length = 0;
  await round(NOW_MS + DAY_MS);

  const { firstMs, endMs } = wantedDays(NOW_MS + DAY_MS, RETENTION_MS);
  expect(await readBounds(db)).toEqual({ lowerMs: firstMs, upperMs: endMs });
  expect(await listPartitionDays(db)).toHaveLength((endMs - firstMs) / DAY_MS);
  expect(await strays(db)).toEqual([kept]);
  expect(await hours(db)).toEqual([NOW_MS - ROLLUP_MS + 2 * DAY_MS]);
  expect((await db.query("select from activations")).rowCount).toBe(0);
  expect(lines).toEqual([
    [
      { created: 1, straysMoved: 0, dropped: 1, straysDropped: 1, hoursDropped: 1 },
      "upkeep changed something",
    ],
  ]);
});

test("a row that is kept keeps its hour, however short hourly counts are to be kept", async () => {
  const db = await connectTo(await ownDatabase());
  const oldestMs = NOW_MS - RETENTION_MS - DAY_MS;
  await addHours(db, NOW_MS - RETENTION_MS - 9 * DAY_MS, oldestMs, NOW_MS);
  await upkeep(db, 2 * DAY_MS).round();
  expect(await hours(db)).toEqual([oldestMs, NOW_MS]);
});

test("a round that finds nothing to do says nothing", async () => {
  const db = await connectTo(await ownDatabase());
  const { round, lines, metric } = upkeep(db);
  await round();
  lines.length = 0;
  await round();
  expect(lines).toEqual([]);
  expect(await metric("slimmer_upkeep_rounds_total", { outcome: "done" })).toBe(2);
});

test("a round sets the metrics", async () => {
  const db = await connectTo(await ownDatabase());
  const { round, metric } = upkeep(db);
  await addStrays(db, [NOW_MS, NOW_MS]);
  const before = (await listPartitionDays(db)).length;
  await round();
  expect(await metric("slimmer_partitions_ahead")).toBe(7);
  expect(await metric("slimmer_partitions_oldest_timestamp_seconds")).toBe(
    wantedDays(NOW_MS, RETENTION_MS).firstMs / 1_000,
  );
  const after = (await listPartitionDays(db)).length;
  expect(await metric("slimmer_partitions_dropped_total")).toBe(before - after);
  expect(await metric("slimmer_stray_activations")).toBe(2);
  expect(await metric("slimmer_upkeep_last_success_timestamp_seconds")).toBe(NOW_MS / 1_000);
});

test("a round that fails is counted, passes its error on, and leaves the time of the last success", async () => {
  const db = await connectTo(await ownDatabase());
  const { round, metric } = upkeep(db);
  await round();
  await db.query("alter table activations_hourly rename to hidden");
  await expect(round(NOW_MS + 1_000)).rejects.toThrow(/activations_hourly/);
  expect(await metric("slimmer_upkeep_rounds_total", { outcome: "failed" })).toBe(1);
  expect(await metric("slimmer_upkeep_last_success_timestamp_seconds")).toBe(NOW_MS / 1_000);

  await db.query("alter table hidden rename to activations_hourly");
  await round(NOW_MS + 2_000);
  expect(await metric("slimmer_upkeep_last_success_timestamp_seconds")).toBe(
    (NOW_MS + 2_000) / 1_000,
  );
});

test("what systems and runs did goes with the hourly counts; a current run and what is newer stays", async () => {
  const db = await connectTo(await ownDatabase());
  const [expired, kept] = [new Date(NOW_MS - ROLLUP_MS - DAY_MS), new Date(NOW_MS - DAY_MS)];
  await db.query("insert into systems (system_id) values ('greenhouse')");
  await db.query(
    "insert into system_state (system_no, current_run_no, last_seen_at) values (1, 3, $1)",
    [expired],
  );
  await db.query(
    "insert into system_hourly select number, hour, 1 from unnest($1::timestamptz[]) as hour, generate_series(0, 1) as number",
    [[expired, kept]],
  );
  await db.query(
    `insert into run_state (system_no, run_no, fired_count, first_fired_at, last_fired_at)
    values (1, 1, 2, $1, $1), (1, 2, 2, $1, $2), (1, 3, 2, $1, $1)`,
    [expired, kept],
  );
  await db.query(
    "insert into run_sensor_state select 1, number, 1, $1, $1, 2 from generate_series(1, 3) as number",
    [expired],
  );
  await upkeep(db).round();
  const { rows: hourly } = await db.query("select system_no, hour from system_hourly order by 1");
  expect(hourly).toEqual([
    { system_no: 0, hour: kept },
    { system_no: 1, hour: kept },
  ]);
  const { rows: sensors } = await db.query("select run_no from run_sensor_state order by 1");
  expect(sensors).toEqual([{ run_no: 2 }, { run_no: 3 }]);
  const { rows: runs } = await db.query("select run_no from run_state order by 1");
  expect(runs).toEqual([{ run_no: 1 }, { run_no: 2 }, { run_no: 3 }]);
});

test("more old rows than one statement deletes are all deleted", async () => {
  const db = await connectTo(await ownDatabase());
  await db.query(
    `insert into activations_hourly (system_no, entity_no, hour, fired_count)
    select 1, number, $1, 1 from generate_series(1, 12000) as number`,
    [new Date(NOW_MS)],
  );
  await db.query(
    `insert into stray_activations (system_no, occurred_at, received_at, run_no, entity_no, flags, activation_id)
    select 1, $1, $1, 1, 1, 2, gen_random_uuid() from generate_series(1, 10000)`,
    [new Date(NOW_MS)],
  );
  expect(await dropOldHours(db, NOW_MS)).toBe(0);
  expect(await dropOldHours(db, NOW_MS + 1)).toBe(12_000);
  expect(await dropOldStrays(db, NOW_MS)).toBe(0);
  expect(await dropOldStrays(db, NOW_MS + 1)).toBe(10_000);
});

test("old hourly counts are deleted in turns with the folder", async () => {
  const [db, folder] = (await connectMany(await ownDatabase(), 2)) as [pg.Client, pg.Client];
  await addHours(db, NOW_MS);
  await folder.query("begin");
  await folder.query("select pg_advisory_xact_lock($1, $2)", [LOCK_SPACE, LOCKS.folder]);
  const dropping = dropOldHours(db, NOW_MS + 1);
  await eventually(async () => {
    const { rows } = await folder.query(
      "select count(*) as waiting from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))",
    );
    expect(rows[0].waiting).toBe(1);
  });
  expect(await hours(folder)).toEqual([NOW_MS]);
  await folder.query("commit");
  expect(await dropping).toBe(1);
});
