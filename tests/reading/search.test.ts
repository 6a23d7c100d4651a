import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Reader } from "../../src/reading/reader.ts";
import { door, skylight } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { createWorld, type ModelRun, readerAt } from "./world.ts";

const NOW = Date.now();
const databaseUrl = useDatabase();
let pool: pg.Pool;
let reader: Reader;
const runs: ModelRun[] = [];

beforeAll(async () => {
  pool = poolOf({ ...configOf(databaseUrl()), max: 2 });
  reader = readerAt(pool, { nowMs: NOW });
  const client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
  const world = await createWorld(client);
  const percent = { category: "level", name: "tank 100%", identity: "tank_1" };
  for (const [systemId, entities] of [
    ["old greenhouse", [door]],
    ["Greenhouse", [door, percent]],
    ["attic", [skylight]],
  ] as const) {
    runs.push(await world.register({ systemId, entities, atMs: NOW - 86_400_000 * runs.length }));
  }
  await client.end();
});
afterAll(() => pool.end());

const ask = async (query: string, limit = 0) => {
  const { systems = [], sensors = [], runs: found = [] } = await reader.search({ query, limit });
  return {
    systems: systems.map(({ system_id }) => system_id),
    sensors: sensors.map(({ system_id, entity }) => `${system_id}: ${entity?.name}`),
    runs: found.map(({ run_id }) => run_id),
  };
};

test("systems that begin with a text come before those that hold it, in any case", async () => {
  expect((await ask("gREEN")).systems).toEqual(["Greenhouse", "old greenhouse"]);
  expect((await ask("house")).systems).toHaveLength(2);
});

test("a system is found with its state", async () => {
  const { systems } = await reader.search({ query: "attic", limit: 0 });
  expect(systems).toEqual([{ system_id: "attic", state: "QUIET" }]);
});

test("sensors are found by each of their parts, in every system", async () => {
  expect((await ask("front DOOR")).sensors.toSorted()).toEqual([
    "Greenhouse: front door",
    "old greenhouse: front door",
  ]);
  expect((await ask("door-1")).sensors).toHaveLength(2);
  expect((await ask("window")).sensors).toEqual(["attic: skylight"]);
});

test("what means something to LIKE means nothing here", async () => {
  expect((await ask("%")).sensors).toEqual(["Greenhouse: tank 100%"]);
  expect((await ask("_1")).sensors).toEqual(["Greenhouse: tank 100%"]);
  expect(await ask("\\")).toEqual({ systems: [], sensors: [], runs: [] });
});

test("runs are found by the beginnings of their ids, with or without dashes", async () => {
  const [{ runId }] = runs as [ModelRun];
  for (const query of [runId, runId.slice(0, 20), runId.replaceAll("-", "").toUpperCase()]) {
    expect((await ask(query)).runs).toEqual([runId]);
  }
  expect((await ask(runId.slice(5))).runs).toEqual([]);
  expect((await ask(`${runId.slice(0, 4)}-`)).runs).toEqual([]);
  const latestFirst = runs.map((run) => run.runId).sort((a, b) => (a < b ? 1 : -1));
  expect((await ask("0")).runs).toEqual(latestFirst);
});

test("no more of a kind are found than asked for", async () => {
  const found = await ask("0", 1);
  expect(found.runs).toHaveLength(1);
  expect((await ask("door", 1)).sensors).toHaveLength(1);
  expect((await ask("e", 1)).systems).toHaveLength(1);
});
