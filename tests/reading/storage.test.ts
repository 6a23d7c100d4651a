import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toTimestamp } from "../../src/reading/wire-time.ts";
import { tryLead } from "../../src/store/leadership.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { listPartitionDays } from "../../src/store/partitions.ts";
import { recordPresence } from "../../src/store/presence.ts";
import { door } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf } from "../support/own-database.ts";
import { createWorld, readerAt } from "./world.ts";

const SECOND_US = 1_000_000;
const NOW = Date.now();
const databaseUrl = useDatabase();
let store: Store;
let client: pg.Client;

beforeAll(async () => {
  store = openStore({
    connection: configOf(databaseUrl()),
    program: "web 9.8.7",
    poolSize: 2,
    waitMs: 10_000,
    log: { warn: () => {} },
  });
  client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.close();
});

const ask = (nowMs = NOW) => readerAt(store.pool, { nowMs }).get_storage({});

test("an empty database has sizes, its schema and its days, and no lag", async () => {
  const storage = await ask();
  const days = await listPartitionDays(client);
  expect(storage).toMatchObject({
    server_time: toTimestamp(NOW * 1_000),
    stray_rows: 0,
    rows_per_day: 0,
    bytes_at_retention: 0,
    fold_lag: { seconds: 0, nanos: 0 },
    arrival_lag_median: null,
    commit_lag_p99: null,
    rate: 0,
    retention_edge: toTimestamp((days[0] as number) * 1_000),
    partitions_until: toTimestamp(((days.at(-1) as number) + 86_400_000) * 1_000),
  });
  expect(storage.days?.map(({ day }) => day)).toEqual(
    days.toReversed().map((dayMs) => toTimestamp(dayMs * 1_000)),
  );
  expect(Number(storage.database_bytes)).toBeGreaterThan(Number(storage.activation_bytes));
  expect(storage.postgres_version).toMatch(/^\d+/);
  const { rows } = await client.query("select name from slimmer_migrations order by id desc");
  expect(storage.schema_version).toBe(rows[0].name);
  expect(storage.migrated_at?.seconds).toBeGreaterThan(1_700_000_000);
});

test("rows, sizes, growth, lags and rate are those of what was stored", async () => {
  const world = await createWorld(client);
  const run = await world.register({ systemId: "greenhouse", entities: [door], atMs: NOW });
  const receivedUs = (NOW - 1_000) * 1_000;
  for (let count = 1; count <= 100; count++) {
    const atUs = receivedUs - count * SECOND_US;
    await world.fire(run, door, { atUs, receivedUs });
  }
  // In 1970: a stray, whose clock says nothing of how long it was on its way.
  await world.fire(run, door, { atUs: SECOND_US, isSuspect: true, receivedUs });
  await world.settle();
  const storage = await ask();
  expect(storage.stray_rows).toBe(1);
  expect(storage.activation_rows).toBe(101);
  const today = storage.days?.filter(({ rows }) => rows);
  expect(today?.reduce((total, { rows }) => total + Number(rows), 0)).toBe(101);
  expect(storage.arrival_lag_median).toEqual({ seconds: 50, nanos: 0 });
  expect(storage.arrival_lag_p99).toEqual({ seconds: 99, nanos: 0 });
  expect(storage.commit_lag_median?.seconds).toBeGreaterThanOrEqual(1);
  expect(storage.commit_lag_median?.seconds).toBeLessThan(120);
  expect(storage.rate).toBeCloseTo(101 / 60);

  // Two days later, what is there came in two days; eight days later, none of it came in the last seven.
  const inTwoDays = await ask(NOW + 2 * 86_400_000);
  const days = inTwoDays.rows_per_day as number;
  expect([101 / 2, 101 / 3].map(Math.round)).toContain(days);
  expect(inTwoDays.bytes_per_day).toBeGreaterThan(days * 50);
  expect(inTwoDays.bytes_at_retention).toBeGreaterThan(inTwoDays.bytes_per_day as number);
  expect((await ask(NOW + 9 * 86_400_000)).rows_per_day).toBe(0);
});

test("the age of what is stored and not yet counted is told", async () => {
  await recordPresence(client, [{ systemNo: 1, seenAtMs: NOW, report: undefined }]);
  await client.query(
    "update fold_records set created_at = now() - interval '90 seconds' where feed_no is null",
  );
  expect((await ask()).fold_lag?.seconds).toBeGreaterThanOrEqual(90);
});

test("programs are told by their connections, and the keeper that leads", async () => {
  const keepers = [];
  for (let number = 0; number < 2; number++) {
    const keeper = openStore({
      connection: configOf(databaseUrl()),
      program: "keeper 1.2.3-rc.4",
      poolSize: 2,
      waitMs: 10_000,
      log: { warn: () => {} },
    });
    keepers.push({ keeper, connection: await keeper.connect("keeper") });
  }
  const { processes: before = [] } = await ask();
  expect(before).toMatchObject([
    { name: "keeper", version: "1.2.3-rc.4", connections: 2, leader: false },
    { name: "web", version: "9.8.7", leader: false },
  ]);
  expect(before[0]?.connected_at?.seconds).toBeGreaterThan(NOW / 1_000 - 60);
  const [leading] = keepers;
  expect(await tryLead((leading as (typeof keepers)[0]).connection.client)).toBe(true);
  const { processes } = await ask();
  expect(processes).toMatchObject([{ name: "keeper", leader: true }, { leader: false }]);
  for (const { keeper, connection } of keepers) {
    await connection.end();
    await keeper.close();
  }
});
