import type pg from "pg";
import { expect, test } from "vitest";
import { trimFeed } from "../../src/store/feed-trim.ts";
import { fold } from "../../src/store/folds.ts";
import { LOCK_SPACE, LOCKS } from "../../src/store/locks.ts";
import { recordPresence } from "../../src/store/presence.ts";
import { connectMany, connectTo, ownDatabase } from "../support/own-database.ts";

const HOUR_MS = 3_600_000;
const GENEROUS = { retentionMs: HOUR_MS, maxBytes: 1e12 };

/** A feed of so many records, 1 to `count`, which take 1,000 bytes each by their account. */
async function feedOf(count: number, url?: string): Promise<pg.Client> {
  const db = await connectTo(url ?? (await ownDatabase()));
  await db.query("insert into systems (system_id) values ('greenhouse')");
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us)
    select 1, now(), '{}', '{}', '{}' from generate_series(1, $1::int)`,
    [count],
  );
  while ((await fold(db)).more);
  await db.query("update fold_records set bytes = 1000");
  await db.query("update feed_state set bytes = 1000 * $1::int", [count]);
  return db;
}

function age(db: pg.Client, upToNo: number) {
  return db.query(
    "update fold_records set folded_at = now() - interval '61 minutes' where feed_no <= $1",
    [upToNo],
  );
}

/** What is left, by its ends and its number. */
async function feed(db: pg.Client) {
  const { rows } = await db.query(
    `select first_no, last_no, bytes,
      (select min(feed_no) from fold_records) as lowest,
      (select max(feed_no) from fold_records) as highest,
      (select count(*)::int from fold_records) as records
    from feed_state`,
  );
  return rows[0];
}

async function trimAll(db: pg.Client, bounds: typeof GENEROUS): Promise<number> {
  let total = 0;
  for (let more = true; more; ) {
    const trimmed = await trimFeed(db, bounds);
    total += trimmed.records;
    more = trimmed.more;
  }
  return total;
}

test("records go when they are too old, and first_no says so", async () => {
  const db = await feedOf(1_500);
  await age(db, 200);
  expect(await trimFeed(db, GENEROUS)).toEqual({ records: 200, more: false });
  expect(await feed(db)).toEqual({
    first_no: 201,
    last_no: 1_500,
    bytes: 1_300_000,
    lowest: 201,
    highest: 1_500,
    records: 1_300,
  });
  expect(await trimFeed(db, GENEROUS)).toEqual({ records: 0, more: false });
});

test("the oldest go when they take too much together", async () => {
  const db = await feedOf(1_500);
  await trimAll(db, { retentionMs: HOUR_MS, maxBytes: 1_400_500 });
  expect(await feed(db)).toMatchObject({ first_no: 101, lowest: 101, bytes: 1_400_000 });
});

test("the newest 1,000 stay, however old and large they are", async () => {
  const db = await feedOf(1_100);
  await age(db, 1_100);
  await trimAll(db, { retentionMs: HOUR_MS, maxBytes: 1 });
  expect(await feed(db)).toMatchObject({ first_no: 101, lowest: 101, records: 1_000 });
});

test("what nobody has folded stays", async () => {
  const db = await feedOf(1_100);
  await age(db, 1_100);
  await recordPresence(db, [{ systemNo: 1, seenAtMs: Date.now(), report: undefined }]);
  await db.query("update fold_records set created_at = now() - interval '1 day'");
  await trimAll(db, { retentionMs: HOUR_MS, maxBytes: 1 });
  expect(await feed(db)).toMatchObject({ lowest: 101, records: 1_001 });
  expect((await fold(db)).records).toBe(1);
  expect(await feed(db)).toMatchObject({ highest: 1_101, last_no: 1_101 });
});

test("a feed that is far too long is trimmed in chunks", async () => {
  const db = await feedOf(5_200);
  await age(db, 4_100);
  expect(await trimFeed(db, GENEROUS)).toEqual({ records: 2_000, more: true });
  expect(await feed(db)).toMatchObject({ first_no: 2_001, lowest: 2_001 });
  expect(await trimAll(db, GENEROUS)).toBe(2_100);
  expect(await feed(db)).toMatchObject({ first_no: 4_101, lowest: 4_101, records: 1_100 });
});

test("a trim that PostgreSQL gives up in the middle takes nothing, and moves nothing", async () => {
  const url = await ownDatabase();
  const db = await feedOf(1_100, url);
  await age(db, 100);
  const holder = await connectTo(url);
  await holder.query("begin");
  await holder.query("select from fold_records where feed_no = 50 for update");
  await db.query("set lock_timeout = 50");
  await expect(trimFeed(db, GENEROUS)).rejects.toMatchObject({ code: "55P03" });
  expect(await feed(db)).toMatchObject({ first_no: 1, records: 1_100 });
  await holder.query("rollback");
  expect(await trimFeed(db, GENEROUS)).toMatchObject({ records: 100 });
});

test("while another process folds, nothing is trimmed", async () => {
  const url = await ownDatabase();
  const db = await feedOf(1_100, url);
  await age(db, 100);
  const [other] = (await connectMany(url, 1)) as [pg.Client];
  await other.query("begin");
  await other.query("select pg_advisory_xact_lock($1, $2)", [LOCK_SPACE, LOCKS.folder]);
  expect(await trimFeed(db, GENEROUS)).toEqual({ records: 0, more: false });
  await other.query("rollback");
  expect(await trimFeed(db, GENEROUS)).toMatchObject({ records: 100 });
});

test("an empty feed has nothing to trim", async () => {
  const db = await connectTo(await ownDatabase());
  expect(await trimFeed(db, GENEROUS)).toEqual({ records: 0, more: false });
});
