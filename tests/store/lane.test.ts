import type pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { createLane, type LaneOptions } from "../../src/store/lane.ts";
import type { Queryable } from "../../src/store/queryable.ts";
import { useDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { backendPid, configOf, connectTo, poolOf } from "../support/own-database.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const databaseUrl = useDatabase();

function openPool(url = databaseUrl(), max = 4): pg.Pool {
  const pool = poolOf({ ...configOf(url), max });
  onTestFinished(() => pool.end());
  return pool;
}

function laneOf(options: Partial<LaneOptions> = {}) {
  return createLane({ pool: openPool(), width: 1, maxWaiting: 10, waitMs: 10_000, ...options });
}

const ping = (client: Queryable) => client.query("select 1");
const pidOf = async (client: Queryable): Promise<number> =>
  (await client.query("select pg_backend_pid() as pid")).rows[0].pid;

/** Ends the connection of `pid` from outside, and waits until it is gone. */
async function terminate(pid: number): Promise<void> {
  const admin = await connectTo(databaseUrl());
  await admin.query("select pg_terminate_backend($1)", [pid]);
  await eventually(async () => {
    const { rowCount } = await admin.query("select from pg_stat_activity where pid = $1", [pid]);
    expect(rowCount).toBe(0);
  });
}

test("a flood in one lane leaves the other free", async () => {
  const pool = openPool();
  const flooded = laneOf({ pool, width: 2 });
  const other = laneOf({ pool, width: 2 });
  const gate = deferred<void>();
  const flood = Array.from({ length: 8 }, () => flooded.run(() => gate.promise));
  await eventually(() => expect(flooded.waiting).toBe(6));

  expect((await other.run(ping)).rowCount).toBe(1);

  gate.resolve();
  await Promise.all(flood);
  expect(flooded.waiting).toBe(0);
});

test("as many as its width work at a time, and no more", async () => {
  const lane = laneOf({ width: 2 });
  const gate = deferred<void>();
  let working = 0;
  let most = 0;
  const work = Array.from({ length: 10 }, () =>
    lane.run(async (client) => {
      working += 1;
      most = Math.max(most, working);
      await gate.promise;
      await ping(client);
      working -= 1;
    }),
  );
  await eventually(() => expect(working).toBe(2));
  expect(lane.waiting).toBe(8);
  gate.resolve();
  await Promise.all(work);
  expect(most).toBe(2);
});

test("those who wait get their turns in order", async () => {
  const lane = laneOf();
  const turns: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map((number) =>
      lane.run(async (client) => {
        await ping(client);
        turns.push(number);
      }),
    ),
  );
  expect(turns).toEqual([1, 2, 3, 4]);
});

test("whoever finds too many waiting is refused at once", async () => {
  const lane = laneOf({ maxWaiting: 2 });
  const gate = deferred<void>();
  const admitted = [1, 2, 3].map(() => lane.run(() => gate.promise));
  await expect(lane.run(ping)).rejects.toMatchObject({
    reason: "STORE_BUSY",
    retryAfterMs: expect.any(Number),
  });
  gate.resolve();
  await Promise.all(admitted);
});

test("whoever waits too long is refused, and leaves the queue", async () => {
  const lane = laneOf({ waitMs: 20 });
  const gate = deferred<void>();
  const first = lane.run(() => gate.promise);
  await expect(lane.run(ping)).rejects.toMatchObject({ reason: "STORE_BUSY" });
  expect(lane.waiting).toBe(0);
  gate.resolve();
  await first;
  expect((await lane.run(ping)).rowCount).toBe(1);
});

test("a statement that PostgreSQL refuses leaves as INTERNAL, and the lane works on", async () => {
  const lane = laneOf();
  const refused = lane.run((client) => client.query("select 1 / 0"));
  await expect(refused).rejects.toMatchObject({ reason: "INTERNAL" });
  expect((await lane.run(ping)).rowCount).toBe(1);
});

test("a refusal of our own passes unchanged, and its connection serves the next one", async () => {
  const lane = laneOf();
  const refusal = new SlimmerError("RUN_UNKNOWN", "no such run");
  const first = await lane.run(pidOf);
  await expect(lane.transaction(() => Promise.reject(refusal))).rejects.toBe(refusal);
  expect(await lane.run(pidOf)).toBe(first);
});

test("a transaction whose work throws leaves nothing behind", async () => {
  const lane = laneOf();
  const admin = await connectTo(databaseUrl());
  const work = lane.transaction(async (tx) => {
    await tx.query("insert into systems (system_id) values ('half done')");
    throw new SlimmerError("RUN_UNKNOWN", "no such run");
  });
  await expect(work).rejects.toMatchObject({ reason: "RUN_UNKNOWN" });
  const { rowCount } = await admin.query("select from systems where system_id = 'half done'");
  expect(rowCount).toBe(0);
  const { rows } = await lane.run((client) =>
    client.query("select pg_current_xact_id_if_assigned() as open"),
  );
  expect(rows[0].open).toBeNull();
});

test("a connection that breaks during a statement is not handed on", async () => {
  const lane = laneOf();
  let pid = 0;
  const broken = lane.transaction(async (client) => {
    pid = await pidOf(client);
    await client.query("select pg_terminate_backend(pg_backend_pid())");
  });
  await expect(broken).rejects.toMatchObject({ reason: "STORE_AWAY" });
  expect(await lane.run(pidOf)).not.toBe(pid);
});

test("a connection that breaks between two statements of its work ends that work alone", async () => {
  const lane = laneOf();
  let pid = 0;
  const broken = lane.run(async (client) => {
    pid = await pidOf(client);
    await terminate(pid);
    await client.query("select 1");
  });
  await expect(broken).rejects.toMatchObject({ reason: "STORE_AWAY" });
  expect(await lane.run(pidOf)).not.toBe(pid);
});

test("a network that breaks during a statement ends that work alone", async () => {
  const proxy = await startTcpProxy(databaseUrl());
  onTestFinished(() => proxy.close());
  const lane = laneOf({ pool: openPool(proxy.urlVia(databaseUrl())) });
  const admin = await connectTo(databaseUrl());
  const holder = await backendPid(admin);
  await admin.query("select pg_advisory_lock(4711)");
  const broken = lane.run((client) => client.query("select pg_advisory_lock(4711)"));
  await eventually(async () => {
    const { rows } = await admin.query(
      "select count(*)::int as waiting from pg_stat_activity where $1 = any(pg_blocking_pids(pid))",
      [holder],
    );
    expect(rows[0].waiting).toBe(1);
  });
  proxy.cut();
  await expect(broken).rejects.toMatchObject({ reason: "STORE_AWAY" });
  expect((await lane.run(ping)).rowCount).toBe(1);
});

test("while PostgreSQL is away everybody is refused, and nobody's turn is lost", async () => {
  const proxy = await startTcpProxy(databaseUrl());
  const lane = laneOf({ pool: openPool(proxy.urlVia(databaseUrl())) });
  await proxy.close();
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(lane.run(ping)).rejects.toMatchObject({ reason: "STORE_AWAY" });
  }
  await proxy.open();
  onTestFinished(() => proxy.close());
  expect((await lane.run(ping)).rowCount).toBe(1);
});
