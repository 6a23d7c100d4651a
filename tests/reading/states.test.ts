import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reader } from "../../src/reading/reader.ts";
import { toTimestamp } from "../../src/reading/wire-time.ts";
import { door } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { createWorld, readerAt, type World } from "./world.ts";

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const databaseUrl = useDatabase();
const clock = { nowMs: NOW };
let pool: pg.Pool;
let client: pg.Client;
let world: World;
let reader: Reader;
let systems = 0;

beforeAll(async () => {
  pool = poolOf({ ...configOf(databaseUrl()), max: 2 });
  client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
  world = await createWorld(client);
  reader = readerAt(pool, clock);
});
afterAll(async () => {
  await client.end();
  await pool.end();
});

/** A system of its own, whose run began an hour ago. */
async function newSystem(run: { silentAfterMs?: number } = {}) {
  systems += 1;
  const systemId = `system ${systems}`;
  return world.register({ systemId, entities: [door], atMs: NOW - 60 * MINUTE, ...run });
}

async function stateOf(systemId: string, nowMs: number) {
  clock.nowMs = nowMs;
  const { state, state_since } = await reader.get_system({ system_id: systemId });
  return { state, since: state_since };
}

const at = (ms: number) => toTimestamp(ms * 1_000);

describe("a system whose client pings", () => {
  test("is up for a third of the server's limit, then late, then down", async () => {
    const { systemId } = await newSystem();
    await world.ping({ systemId }, NOW);
    await world.settle();
    const up = { state: "UP", since: at(NOW - 60 * MINUTE) };
    const late = { state: "LATE", since: at(NOW + MINUTE) };
    const down = { state: "DOWN", since: at(NOW + 3 * MINUTE) };
    expect(await stateOf(systemId, NOW)).toEqual(up);
    expect(await stateOf(systemId, NOW + MINUTE)).toEqual(up);
    expect(await stateOf(systemId, NOW + MINUTE + 1)).toEqual(late);
    expect(await stateOf(systemId, NOW + 3 * MINUTE - 1)).toEqual(late);
    expect(await stateOf(systemId, NOW + 3 * MINUTE)).toEqual(down);
    expect(await stateOf(systemId, NOW + 300 * MINUTE)).toEqual(down);
  });

  test("is up again with its next activation", async () => {
    const run = await newSystem();
    await world.ping({ systemId: run.systemId }, NOW);
    await world.settle();
    expect(await stateOf(run.systemId, NOW + 5 * MINUTE)).toMatchObject({ state: "DOWN" });
    await world.fire(run, door, { atUs: (NOW + 5 * MINUTE) * 1_000 });
    await world.settle();
    expect(await stateOf(run.systemId, NOW + 5 * MINUTE)).toMatchObject({ state: "UP" });
  });

  test("is quiet once another run has begun that does not ping", async () => {
    const { systemId } = await newSystem();
    await world.ping({ systemId }, NOW - MINUTE);
    await world.settle();
    await world.register({ systemId, entities: [door], atMs: NOW });
    expect(await stateOf(systemId, NOW + 60 * MINUTE)).toEqual({ state: "QUIET", since: at(NOW) });
  });
});

test("a run's own limit counts in place of the server's, with or without pings", async () => {
  const { systemId } = await newSystem({ silentAfterMs: 30 * MINUTE });
  expect(await stateOf(systemId, NOW - 50 * MINUTE)).toMatchObject({ state: "UP" });
  expect(await stateOf(systemId, NOW - 49 * MINUTE)).toMatchObject({ state: "LATE" });
  expect(await stateOf(systemId, NOW - 30 * MINUTE)).toMatchObject({ state: "DOWN" });
  expect(await reader.get_system({ system_id: systemId })).toMatchObject({
    silent_after: { seconds: 1_800, nanos: 0 },
  });
});

test("a system that never pinged and names no limit is quiet, however long it is silent", async () => {
  const run = await newSystem();
  await world.fire(run, door, { atUs: (NOW - 59 * MINUTE) * 1_000 });
  await world.settle();
  const quiet = { state: "QUIET", since: at(NOW - 60 * MINUTE) };
  expect(await stateOf(run.systemId, NOW - 59 * MINUTE)).toEqual(quiet);
  expect(await stateOf(run.systemId, NOW + 10_000 * MINUTE)).toEqual(quiet);
});

test("a system whose run ended is stopped, and not down, until its next run", async () => {
  const run = await newSystem({ silentAfterMs: MINUTE });
  await world.end(run, NOW);
  const stopped = { state: "STOPPED", since: at(NOW) };
  expect(await stateOf(run.systemId, NOW + 600 * MINUTE)).toEqual(stopped);
  const { systemId } = run;
  const next = NOW + 700 * MINUTE;
  await world.register({ systemId, entities: [door], atMs: next, silentAfterMs: MINUTE });
  expect(await stateOf(systemId, next)).toEqual({ state: "UP", since: at(next) });
});

test("a run that another one replaced without an end is lost; one that ended is ended", async () => {
  const lost = await newSystem();
  const { systemId } = lost;
  const ended = await world.register({ systemId, entities: [door], atMs: NOW - 2 * MINUTE });
  await world.end(ended, NOW - MINUTE);
  const running = await world.register({ systemId, entities: [door], atMs: NOW });
  const stateOfRun = async (runId: string) =>
    (await reader.get_run({ system_id: systemId, run_id: runId })).state;
  expect(await stateOfRun(lost.runId)).toBe("LOST");
  expect(await stateOfRun(ended.runId)).toBe("ENDED");
  expect(await stateOfRun(running.runId)).toBe("RUNNING");
});

test("gaps beyond a thousand are not told, but that there are more is", async () => {
  const run = await newSystem();
  const seqs = Array.from({ length: 1_200 }, (_, number) => 2 * number + 2);
  for (const seq of seqs) {
    await world.fire(run, door, { atUs: (NOW - 30 * MINUTE) * 1_000 + seq, seq });
  }
  await world.settle();
  const { completeness } = await reader.get_run({ system_id: run.systemId, run_id: run.runId });
  expect(completeness).toMatchObject({
    received: 1_200,
    expected: 2_400,
    missing: 1_200,
    gaps_truncated: true,
    uncounted: 0,
  });
  expect(completeness?.gaps).toHaveLength(1_000);
  expect(completeness?.gaps?.[0]).toEqual({ first: 1, last: 1 });
  expect(completeness?.gaps?.at(-1)).toEqual({ first: 1_999, last: 1_999 });
  const { runs } = await reader.list_runs({
    system_id: run.systemId,
    page_size: 0,
    page_token: "",
    category: "",
    name: "",
    identity: "",
  });
  expect(runs?.[0]?.completeness).toMatchObject({ missing: 1_200, gaps: [], gaps_truncated: true });
});

test("where a client's numbers are mostly holes, what is missing stays right", async () => {
  const run = await newSystem();
  for (let seq = 2; seq <= 6_000; seq += 2) {
    await world.fire(run, door, { atUs: (NOW - 30 * MINUTE) * 1_000 + seq, seq });
  }
  await world.settle();
  const { completeness } = await reader.get_run({ system_id: run.systemId, run_id: run.runId });
  expect(completeness).toMatchObject({
    received: 3_000,
    expected: 6_000,
    missing: 3_000,
    gaps_truncated: true,
  });
  expect(completeness?.gaps?.at(-1)).toEqual({ first: 1_999, last: 1_999 });
});
