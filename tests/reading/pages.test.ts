import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Entity } from "../../src/domain/entity.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { door } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { runsRequest, sensorsRequest, systemsRequest } from "./requests.ts";
import { createWorld, readerAt, type World } from "./world.ts";

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const databaseUrl = useDatabase();
const clock = { nowMs: NOW };
let pool: pg.Pool;
let client: pg.Client;
let world: World;
let reader: Reader;

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

type Page<T> = { rows: readonly T[]; token: string };

/** Every row of every page; `between` runs after each. */
async function walk<T>(
  page: (token: string) => Promise<Page<T>>,
  between: (pages: number) => Promise<void>,
): Promise<T[]> {
  const rows: T[] = [];
  let token = "";
  let pages = 0;
  do {
    const { rows: found, token: next } = await page(token);
    rows.push(...found);
    token = next;
    pages += 1;
    expect(pages).toBeLessThan(100);
    await between(pages);
  } while (token !== "");
  expect(pages).toBeGreaterThan(3);
  return rows;
}

test.each(["ATTENTION", "NAME"] as const)(
  "each system comes once, by %s, while systems are added, ping, and time goes by",
  async (order) => {
    const systemIds = Array.from({ length: 23 }, (_, number) => `${order} ${number}`);
    for (const [number, systemId] of systemIds.entries()) {
      const atMs = NOW - (60 - (number % 7)) * MINUTE;
      const silentAfterMs = (1 + (number % 5)) * 20 * MINUTE;
      const run = await world.register({ systemId, entities: [door], atMs, silentAfterMs });
      if (number % 6 === 0) await world.end(run, NOW - MINUTE);
    }
    clock.nowMs = NOW;
    const request = systemsRequest({ query: order, order, page_size: 4 });
    const rows = await walk(
      async (page_token) => {
        const { systems = [], next_page_token = "" } = await reader.list_systems({
          ...request,
          page_token,
        });
        return {
          rows: systems.map(({ system_id }) => system_id as string),
          token: next_page_token,
        };
      },
      async (pages) => {
        if (pages > 6) return;
        const systemId = `${order} added ${pages}`;
        await world.register({ systemId, entities: [door], atMs: NOW, silentAfterMs: MINUTE });
        // A sign of life of one that is up moves nothing.
        await world.ping({ systemId }, NOW);
        await world.settle();
        // Time alone would make late what was up.
        clock.nowMs += 5 * MINUTE;
      },
    );
    expect(rows.filter((systemId) => systemIds.includes(systemId)).toSorted()).toEqual(
      systemIds.toSorted(),
    );
    expect(new Set(rows).size).toBe(rows.length);
  },
);

test.each(["ATTENTION", "NAME"] as const)(
  "each sensor comes once, by %s, while sensors are added, and time goes by",
  async (order) => {
    const systemId = `sensors by ${order}`;
    const entities: Entity[] = Array.from({ length: 25 }, (_, number) => ({
      category: `category ${number % 3}`,
      name: `name ${number % 5}`,
      identity: `identity ${number}`,
    }));
    const run = await world.register({ systemId, entities, atMs: NOW - 90 * MINUTE });
    for (const [number, entity] of entities.entries()) {
      for (let minute = 0; minute < number; minute++) {
        await world.fire(run, entity, { atUs: (NOW - (60 - minute) * MINUTE) * 1_000 });
      }
    }
    await world.settle();
    clock.nowMs = NOW;
    const names = ({ category, name, identity }: Entity) => `${category} ${name} ${identity}`;
    const rows = await walk(
      async (page_token) => {
        const request = sensorsRequest({ system_id: systemId, order, page_size: 6, page_token });
        const { sensors = [], next_page_token = "" } = await reader.list_sensors(request);
        return {
          rows: sensors.map(({ entity }) => names(entity as Entity)),
          token: next_page_token,
        };
      },
      async (pages) => {
        if (pages > 6) return;
        const entity = { category: "category 1", name: "name 2", identity: `added ${pages}` };
        await world.fire(run, entity, { atUs: NOW * 1_000 });
        await world.settle();
        clock.nowMs += 90 * MINUTE;
      },
    );
    const wanted = entities.map(names);
    expect(rows.filter((row) => wanted.includes(row)).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(rows).size).toBe(rows.length);
  },
);

test("each run comes once, the latest first, while runs begin", async () => {
  const systemId = "runs";
  const runIds: string[] = [];
  const register = async () =>
    (await world.register({ systemId, entities: [door], atMs: NOW + runIds.length })).runId;
  for (let number = 0; number < 17; number++) runIds.push(await register());
  const pageOf = (fields: object) => async (page_token: string) => {
    const request = runsRequest({ system_id: systemId, page_size: 5, page_token, ...fields });
    const { runs = [], next_page_token = "" } = await reader.list_runs(request);
    return { rows: runs.map(({ run_id }) => run_id as string), token: next_page_token };
  };
  const latestFirst = runIds.toReversed();
  expect(await walk(pageOf({}), async () => void (await register()))).toEqual(latestFirst);
  const withDoor = await walk(pageOf(door), async () => {});
  expect(withDoor.slice(-17)).toEqual(latestFirst);
});

test("a page ends where the answer would be too large for a client, and the next one goes on", async () => {
  const labels = Object.fromEntries(
    Array.from({ length: 16 }, (_, key) => [`key ${key}`, "語".repeat(256)]),
  );
  const systemIds = Array.from({ length: 400 }, (_, number) => `heavy ${1_000 + number}`);
  for (const systemId of systemIds) {
    await world.register({ systemId, entities: [], atMs: NOW, labels });
  }
  for (const order of ["NAME", "ATTENTION"] as const) {
    const found: string[] = [];
    let page_token = "";
    do {
      const request = systemsRequest({ query: "heavy", order, page_size: 1_000, page_token });
      const { systems = [], next_page_token = "" } = await reader.list_systems(request);
      expect(Buffer.byteLength(JSON.stringify(systems))).toBeLessThan(4 * 1024 * 1024);
      found.push(...systems.map(({ system_id = "" }) => system_id));
      page_token = next_page_token;
    } while (page_token !== "");
    expect(found.toSorted()).toEqual(systemIds);
  }
});

test("a page of runs with large lists has fewer of them, and the next one goes on", async () => {
  const systemId = "large lists";
  const runIds: string[] = [];
  for (let number = 0; number < 5; number++) {
    const run = await world.register({ systemId, entities: [door], atMs: NOW + number });
    runIds.unshift(run.runId);
    await client.query(
      "update manifests set entity_nos = array(select generate_series(1, 150000)) where system_no = $1",
      [run.systemNo],
    );
  }
  const pages: string[][] = [];
  let page_token = "";
  do {
    const request = runsRequest({ system_id: systemId, page_token });
    const { runs = [], next_page_token = "" } = await reader.list_runs(request);
    pages.push(runs.map(({ run_id = "" }) => run_id));
    page_token = next_page_token;
  } while (page_token !== "");
  expect(pages).toEqual([runIds.slice(0, 2), runIds.slice(2, 4), runIds.slice(4)]);
});

test("a page of a sensor's runs goes on behind those that it has looked through in vain", async () => {
  const systemId = "many runs";
  const first = await world.register({ systemId, entities: [door], atMs: NOW });
  const other = await world.register({ systemId, entities: [], atMs: NOW + 1 });
  await client.query(
    `insert into runs (system_no, run_no, run_id, manifest_hash, started_at, clock_suspect, received_at, client_name, client_version, client_host, labels)
    select system_no, run_no + number, gen_random_uuid(), manifest_hash, started_at, false, received_at, '', '', '', '{}'
    from runs, generate_series(1, 5100) as number
    where system_no = $1 and run_no = $2`,
    [other.systemNo, other.runNo],
  );
  const request = runsRequest({ system_id: systemId, ...door });
  const { runs, next_page_token: page_token = "" } = await reader.list_runs(request);
  expect(runs).toEqual([]);
  expect(page_token).not.toBe("");
  const next = await reader.list_runs({ ...request, page_token });
  expect(next.runs?.map(({ run_id }) => run_id)).toEqual([first.runId]);
  expect(next.next_page_token).toBe("");
});

test("a page that is full to the last row has no token", async () => {
  for (let number = 0; number < 3; number++) {
    await world.register({ systemId: `full ${number}`, entities: [door], atMs: NOW });
  }
  const page = await reader.list_systems(systemsRequest({ query: "full ", page_size: 3 }));
  expect(page.systems).toHaveLength(3);
  expect(page.next_page_token).toBe("");
});

test("a list of no rows is empty, and has no token", async () => {
  expect(await reader.list_systems(systemsRequest({ query: "nowhere" }))).toEqual({
    systems: [],
    next_page_token: "",
  });
});

test("a token of one list is refused by another, and by other filters", async () => {
  for (let number = 0; number < 3; number++) {
    await world.register({ systemId: `token ${number}`, entities: [door], atMs: NOW });
  }
  const request = systemsRequest({ query: "token", page_size: 1 });
  const { next_page_token: token = "" } = await reader.list_systems(request);
  expect(token).not.toBe("");
  const refusal = { reason: "FIELDS_INVALID", fields: [{ field: "page_token" }] };
  for (const other of [
    () => reader.list_systems({ ...request, page_token: token, query: "toke" }),
    () => reader.list_systems({ ...request, page_token: token, order: "NAME" }),
    () => reader.list_systems({ ...request, page_token: "garbage" }),
    () => reader.list_sensors(sensorsRequest({ system_id: "token 1", page_token: token })),
    () => reader.list_runs(runsRequest({ system_id: "token 1", page_token: token })),
  ]) {
    await expect(other()).rejects.toMatchObject(refusal);
  }
  const larger = await reader.list_systems({ ...request, page_token: token, page_size: 100 });
  expect(larger.systems).toHaveLength(2);
});
