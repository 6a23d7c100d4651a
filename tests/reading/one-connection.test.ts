import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuidV7 } from "../../src/domain/uuid.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { boiler, door } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { NO_FILTERS } from "./activations-world.ts";
import { countsRequest, runsRequest, sensorsRequest, systemsRequest } from "./requests.ts";
import { createWorld, type ModelRun, readerAt } from "./world.ts";

const NOW = Date.now();
const databaseUrl = useDatabase();
let pool: pg.Pool;
let reader: Reader;
let run: ModelRun;

beforeAll(async () => {
  pool = poolOf({ ...configOf(databaseUrl()), max: 1 });
  reader = readerAt(pool, { nowMs: NOW });
  const client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
  const world = await createWorld(client);
  run = await world.register({ systemId: "greenhouse", entities: [door, boiler], atMs: NOW });
  await world.fire(run, door, { atUs: NOW * 1_000 });
  await world.settle();
  await client.end();
});
afterAll(() => pool.end());

test("every question of every kind can be asked on one connection, again and again", async () => {
  const system = { system_id: "greenhouse" };
  const runOfIt = { ...system, run_id: run.runId };
  const list = { ...NO_FILTERS, page_size: 0, page_token: "" };
  const questions = [
    () => reader.get_fleet({}),
    () => reader.list_systems(systemsRequest()),
    () => reader.list_systems(systemsRequest({ order: "NAME", query: "green", label: "a=b" })),
    () => reader.get_system(system),
    () => reader.list_runs(runsRequest(system)),
    () => reader.list_runs(runsRequest({ ...system, ...door })),
    () => reader.get_run(runOfIt),
    () => reader.get_run_coverage(runOfIt),
    () => reader.list_sensors(sensorsRequest(system)),
    () => reader.list_sensors(sensorsRequest({ ...system, order: "NAME", name: "*door" })),
    () => reader.get_sensor({ ...system, ...door }),
    () => reader.get_rhythm({ ...system, ...door }),
    () => reader.list_activations(list),
    () => reader.list_activations({ ...list, ...runOfIt }),
    () => reader.list_activations({ ...list, name: "*door" }),
    () => reader.list_activations({ ...list, ...system, name: "*door", late: true }),
    () => reader.count_activations(countsRequest()),
    () => reader.count_activations(countsRequest({ step: "DAY" })),
    () => reader.count_activations(countsRequest({ ...system, entities: [door, boiler] })),
    () => reader.count_activations(countsRequest({ ...system, entities: [door], step: "DAY" })),
    () => reader.search({ query: "door", limit: 0 }),
    () => reader.search({ query: run.runId.slice(0, 8), limit: 0 }),
    () => reader.get_storage({}),
  ];
  for (let round = 0; round < 2; round++) for (const ask of questions) await ask();
  const unknown = reader.get_activation({ ...system, activation_id: newUuidV7() });
  await expect(unknown).rejects.toMatchObject({ reason: "NOT_FOUND" });
});
