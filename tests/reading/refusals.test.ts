import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuidV7 } from "../../src/domain/uuid.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { boiler, door } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { countsRequest, runsRequest, sensorsRequest, systemsRequest } from "./requests.ts";
import { createWorld, readerAt } from "./world.ts";

const NOW = Date.now();
const databaseUrl = useDatabase();
let pool: pg.Pool;
let reader: Reader;

beforeAll(async () => {
  pool = poolOf({ ...configOf(databaseUrl()), max: 2 });
  reader = readerAt(pool, { nowMs: NOW });
  const client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
  const world = await createWorld(client);
  await world.register({ systemId: "greenhouse", entities: [door], atMs: NOW });
  await client.end();
});
afterAll(() => pool.end());

async function fieldsOf(answer: Promise<unknown>): Promise<string[]> {
  const error = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ reason: "FIELDS_INVALID" });
  return (error as { fields: { field: string }[] }).fields.map(({ field }) => field).sort();
}

describe("every wrong field is named at once", () => {
  const long = "x".repeat(300);
  const unknownEnum = 77 as unknown as "NAME";

  test("of a list of systems", async () => {
    const request = systemsRequest({
      page_size: 1_001,
      query: long,
      states: ["UP", "STATE_UNSPECIFIED"],
      order: unknownEnum,
      label: `=${long}`,
    });
    expect(await fieldsOf(reader.list_systems(request))).toEqual([
      "label",
      "label",
      "order",
      "page_size",
      "query",
      "states[1]",
    ]);
  });

  test("of a list of sensors", async () => {
    const request = sensorsRequest({
      page_size: 5_000,
      category: long,
      name: "\0",
      attention: [unknownEnum as unknown as "NONE"],
    });
    expect(await fieldsOf(reader.list_sensors(request))).toEqual([
      "attention[0]",
      "category",
      "name",
      "page_size",
      "system_id",
    ]);
  });

  test("of a list of runs, whose sensor has three parts or none", async () => {
    const request = runsRequest({ system_id: long, page_size: 1_001, name: "door" });
    expect(await fieldsOf(reader.list_runs(request))).toEqual([
      "category",
      "identity",
      "page_size",
      "system_id",
    ]);
  });

  test("of a run, a sensor and a system", async () => {
    const nothing = { system_id: "", category: "", name: "", identity: "" };
    expect(await fieldsOf(reader.get_system({ system_id: "" }))).toEqual(["system_id"]);
    for (const ask of [reader.get_run, reader.get_run_coverage]) {
      expect(await fieldsOf(ask({ system_id: "", run_id: "no uuid" }))).toEqual([
        "run_id",
        "system_id",
      ]);
    }
    for (const ask of [reader.get_sensor, reader.get_rhythm]) {
      expect(await fieldsOf(ask(nothing))).toEqual(["category", "identity", "name", "system_id"]);
    }
  });

  test("of counts", async () => {
    const moment = (seconds: number, nanos = 0) => ({ seconds, nanos });
    const request = countsRequest({
      entities: [door, { category: "", name: "", identity: "x" }],
      since: moment(0, -1),
      step: unknownEnum as unknown as "DAY",
    });
    expect(await fieldsOf(reader.count_activations(request))).toEqual([
      "entities",
      "entities[1].category",
      "entities[1].name",
      "since",
      "step",
    ]);
    const backwards = countsRequest({ since: moment(100), until: moment(100) });
    expect(await fieldsOf(reader.count_activations(backwards))).toEqual(["since"]);
    const until = moment(10_000 * 3_600);
    const tenThousand = countsRequest({ since: moment(0), until });
    const { series } = await reader.count_activations(tenThousand);
    expect(series?.[0]?.counts).toHaveLength(10_000);
    const oneMore = { ...tenThousand, until: moment(10_000 * 3_600, 1_000) };
    expect(await fieldsOf(reader.count_activations(oneMore))).toEqual(["since"]);
    const two = { ...tenThousand, system_id: "greenhouse", entities: [door, door] };
    expect(await fieldsOf(reader.count_activations(two))).toEqual(["since"]);
    const many = countsRequest({ system_id: "greenhouse", entities: new Array(101).fill(door) });
    expect(await fieldsOf(reader.count_activations(many))).toEqual(["entities"]);
  });

  test("of a search", async () => {
    expect(await fieldsOf(reader.search({ query: "", limit: 51 }))).toEqual(["limit", "query"]);
    expect(await fieldsOf(reader.search({ query: long, limit: 0 }))).toEqual(["query"]);
  });
});

describe("a page_token", () => {
  /** One of a list with these filters that no list has given out, but for what it is about. */
  async function forged(page: Promise<{ next_page_token?: string }>, state: unknown) {
    const { next_page_token: token = "" } = await page;
    expect(token).not.toBe("");
    const head = Buffer.from(token, "base64url").subarray(0, 9);
    return Buffer.concat([head, Buffer.from(JSON.stringify(state))]).toString("base64url");
  }

  beforeAll(async () => {
    const client = new pg.Client(configOf(databaseUrl()));
    await client.connect();
    const world = await createWorld(client);
    for (let run = 0; run < 2; run++) {
      await world.register({ systemId: "cellar", entities: [door, boiler], atMs: NOW });
    }
    await world.register({ systemId: "barn", entities: [door], atMs: NOW });
    await client.end();
  });

  const cellar = { system_id: "cellar", page_size: 1 };
  const big = 2 ** 40;
  const long = "x".repeat(300);

  test("that is made up is refused, whatever is in it", async () => {
    const systems = systemsRequest({ page_size: 1 });
    for (const state of [
      [NOW, big, NOW, "cellar"],
      [NOW, -1, NOW, "cellar"],
      [NOW, 1.5, NOW, "cellar"],
      [NOW, 1, "x", "cellar"],
      [NOW, 1, NOW, "\0"],
      [NOW, 1, NOW, long],
      [NOW, 1, NOW],
    ]) {
      const page_token = await forged(reader.list_systems(systems), state);
      expect(await fieldsOf(reader.list_systems({ ...systems, page_token }))).toEqual([
        "page_token",
      ]);
    }
    const byName = systemsRequest({ page_size: 1, order: "NAME" });
    for (const state of ["\0", "", long, 7]) {
      const page_token = await forged(reader.list_systems(byName), state);
      expect(await fieldsOf(reader.list_systems({ ...byName, page_token }))).toEqual([
        "page_token",
      ]);
    }
    const sensors = sensorsRequest(cellar);
    for (const state of [
      [NOW, big, "a", "b", "c"],
      [big * big, 1, "a", "b", "c"],
      [NOW, 1, "\0", "b", "c"],
      [NOW, 1, "a", long, "c"],
      [NOW, 1, "a", "b", null],
    ]) {
      const page_token = await forged(reader.list_sensors(sensors), state);
      expect(await fieldsOf(reader.list_sensors({ ...sensors, page_token }))).toEqual([
        "page_token",
      ]);
    }
    const runs = runsRequest(cellar);
    for (const state of [big, 0, "1"]) {
      const page_token = await forged(reader.list_runs(runs), state);
      expect(await fieldsOf(reader.list_runs({ ...runs, page_token }))).toEqual(["page_token"]);
    }
  });

  test("that is wrong is named along with what else is", async () => {
    const wrong = { page_size: 1_001, page_token: "garbage" };
    const expected = ["page_size", "page_token"];
    expect(await fieldsOf(reader.list_systems(systemsRequest(wrong)))).toEqual(expected);
    const byName = systemsRequest({ ...wrong, order: "NAME" });
    expect(await fieldsOf(reader.list_systems(byName))).toEqual(expected);
    const ofCellar = { ...wrong, system_id: "cellar" };
    expect(await fieldsOf(reader.list_sensors(sensorsRequest(ofCellar)))).toEqual(expected);
    expect(await fieldsOf(reader.list_runs(runsRequest(ofCellar)))).toEqual(expected);
  });
});

test("what is not there is not found, and the message says what", async () => {
  const greenhouse = { system_id: "greenhouse" };
  const run_id = newUuidV7();
  const nowhere = { system_id: "nowhere" };
  for (const [ask, missing] of [
    [() => reader.get_system(nowhere), "nowhere"],
    [() => reader.list_runs(runsRequest(nowhere)), "nowhere"],
    [() => reader.list_sensors(sensorsRequest(nowhere)), "nowhere"],
    [() => reader.get_run({ ...nowhere, run_id }), "nowhere"],
    [() => reader.get_run({ ...greenhouse, run_id }), run_id],
    [() => reader.get_run_coverage({ ...greenhouse, run_id }), run_id],
    [() => reader.get_sensor({ ...nowhere, ...door }), "nowhere"],
    [() => reader.get_sensor({ ...greenhouse, ...boiler }), "boiler"],
    [() => reader.get_sensor({ ...greenhouse, ...door, name: "front_door" }), "front_door"],
    [() => reader.get_rhythm({ ...greenhouse, ...boiler }), "boiler"],
    [() => reader.count_activations(countsRequest(nowhere)), "nowhere"],
    [
      () => reader.count_activations(countsRequest({ ...greenhouse, entities: [door, boiler] })),
      "boiler",
    ],
  ] as const) {
    await expect(ask()).rejects.toMatchObject({
      reason: "NOT_FOUND",
      message: expect.stringContaining(missing),
    });
  }
});

test("a system that was not there is found once it is", async () => {
  await expect(reader.list_runs(runsRequest({ system_id: "attic" }))).rejects.toMatchObject({
    reason: "NOT_FOUND",
  });
  const client = new pg.Client(configOf(databaseUrl()));
  await client.connect();
  const world = await createWorld(client);
  await world.register({ systemId: "attic", entities: [], atMs: NOW });
  await client.end();
  const { runs } = await reader.list_runs(runsRequest({ system_id: "attic" }));
  expect(runs).toHaveLength(1);
});
