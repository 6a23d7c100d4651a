import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COVERAGE } from "../../src/store/reads/coverage.ts";
import { FLEET } from "../../src/store/reads/fleet.ts";
import { SENSOR_COUNTS, SYSTEM_COUNTS } from "../../src/store/reads/hours.ts";
import { RUN_NUMBERS, RUN_SIZES, RUNS } from "../../src/store/reads/runs.ts";
import { SENSORS_BY_ATTENTION, SENSORS_BY_NAME } from "../../src/store/reads/sensors.ts";
import { LAGS, RATE } from "../../src/store/reads/storage.ts";
import { SYSTEM, SYSTEMS_BY_ATTENTION, SYSTEMS_BY_NAME } from "../../src/store/reads/systems.ts";
import { useDatabase } from "../support/database.ts";
import { configOf } from "../support/own-database.ts";

const SYSTEMS = 1_000;
const SENSORS = 10;
const RUNS_EACH = 10;
const HOUR_US = 3_600_000_000;
/** A system with many more sensors than the others, and one with a longer history. */
const LARGE = 8;
const SENSORS_OF_LARGE = 3_000;
const OLD = 9;
const HOURS_OF_OLD = 20_000;
const NOW_US = Math.floor(Date.now() / 3_600_000) * HOUR_US;

/** As many rows as a fleet is large; these a page may read from the first to the last. */
const OF_THE_FLEETS_SIZE = ["systems", "system_state"];

const databaseUrl = useDatabase();
let db: pg.Client;

beforeAll(async () => {
  db = new pg.Client(configOf(databaseUrl()));
  await db.connect();
  const systems = `generate_series(1, ${SYSTEMS}) as s`;
  const sensors = `generate_series(1, ${SENSORS}) as e`;
  const runs = `generate_series(1, ${RUNS_EACH}) as r`;
  const received = "now() - interval '10 days' + r * interval '1 day'";
  for (const statement of [
    `insert into systems (system_id) select 'system ' || s from ${systems}`,
    `insert into entities (system_no, entity_no, category, name, identity)
    select s, e, 'door', 'sensor ' || e, 'identity ' || e from ${systems}, ${sensors}`,
    `insert into manifests (system_no, manifest_hash, entity_nos)
    select s, 'hash', (select array_agg(e) from ${sensors}) from ${systems}`,
    `insert into runs (system_no, run_no, run_id, manifest_hash, previous_run_no, started_at, clock_suspect, received_at,
      client_name, client_version, client_host, labels, silent_after_ms)
    select s, r, gen_random_uuid(), 'hash', nullif(r - 1, 0), ${received}, false, ${received},
      'client', '1.0.0', 'host', '{"site": "attic"}', 60000 from ${systems}, ${runs}`,
    // One that restarts all the time.
    `insert into runs (system_no, run_no, run_id, manifest_hash, started_at, clock_suspect, received_at,
      client_name, client_version, client_host, labels)
    select 7, r, gen_random_uuid(), 'hash', now(), false, now(), 'client', '1.0.0', 'host', '{}'
    from generate_series(${RUNS_EACH + 1}, 3000) as r`,
    `insert into run_state (system_no, run_no, fired_count, seqs)
    select s, r, 20, '{[1,10),[12,20)}' from ${systems}, ${runs}`,
    `insert into run_sensor_state (system_no, run_no, entity_no, first_fired_at, last_fired_at, fired_count)
    select s, r, e, now(), now(), 2 from ${systems}, ${runs}, ${sensors}`,
    `insert into unregistered_entities (system_no, run_no, entity_no) select s, r, 1 from ${systems}, ${runs}`,
    `insert into system_state (system_no, current_run_no, last_seen_at, last_pinged_at, fired_count)
    select s, ${RUNS_EACH}, now() - s * interval '100 milliseconds', now(), 200 from ${systems}`,
    `insert into sensor_state (system_no, entity_no, first_fired_at, last_fired_at, fired_count)
    select s, e, now(), now(), 20 from ${systems}, ${sensors}`,
    `insert into system_hourly (system_no, hour, fired_count)
    select s, to_timestamp(${NOW_US / 1e6}) - h * interval '1 hour', 5
    from generate_series(0, ${SYSTEMS}) as s, generate_series(0, 71) as h`,
    `insert into activations_hourly (system_no, entity_no, hour, fired_count)
    select s, e, to_timestamp(${NOW_US / 1e6}) - h * interval '1 hour', 5
    from ${systems}, ${sensors}, generate_series(0, 23) as h`,
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us, feed_no)
    select 1, now(), '{1,2}', '{1,1}', '{0,0}', n from generate_series(1, 5000) as n`,
    `insert into entities (system_no, entity_no, category, name, identity)
    select ${LARGE}, e, 'door', 'sensor ' || e, 'identity ' || e
    from generate_series(${SENSORS + 1}, ${SENSORS_OF_LARGE}) as e`,
    `update manifests set entity_nos = (select array_agg(e) from generate_series(1, ${SENSORS_OF_LARGE}) as e)
    where system_no = ${LARGE}`,
    `insert into system_hourly (system_no, hour, fired_count)
    select ${OLD}, to_timestamp(${NOW_US / 1e6}) - h * interval '1 hour', 5
    from generate_series(72, ${HOURS_OF_OLD}) as h`,
    "analyze",
  ]) {
    await db.query(statement);
  }
}, 120_000);
afterAll(() => db.end());

type Node = {
  "Node Type": string;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  "Rows Removed by Join Filter"?: number;
  "Rows Removed by Filter"?: number;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Node[];
};

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** The plan for these very values, and the one that PostgreSQL keeps for any. */
async function plansOf(
  { text }: { text: string },
  values: readonly unknown[],
  options = "format json",
): Promise<Node[][]> {
  const plans: Node[][] = [];
  for (const mode of ["force_custom_plan", "force_generic_plan"]) {
    const literals = values.map((value) =>
      value === null ? "null" : pg.escapeLiteral(String(value)),
    );
    await db.query(`set plan_cache_mode = ${mode}`);
    await db.query(`prepare asked as ${text}`);
    const given = literals.length > 0 ? `(${literals.join(", ")})` : "";
    const { rows } = await db.query(`explain (${options}) execute asked${given}`);
    await db.query("deallocate asked");
    plans.push(nodesOf(rows[0]["QUERY PLAN"][0].Plan));
  }
  return plans;
}

const many = `{${Array.from({ length: 100 }, (_, number) => number + 1).join(",")}}`;
const tens = `{${new Array(100).fill(RUNS_EACH).join(",")}}`;
const filters = [null, null, null, null, 101];

test.each([
  ["the fleet", FLEET, [NOW_US, 180_000]],
  ["systems by attention", SYSTEMS_BY_ATTENTION, [NOW_US, 180_000, ...filters, null, null, null]],
  [
    "the next page of systems by attention",
    SYSTEMS_BY_ATTENTION,
    [NOW_US, 180_000, ...filters, 3, NOW_US, "system 7"],
  ],
  ["systems by name", SYSTEMS_BY_NAME, [NOW_US, 180_000, ...filters, "system 7"]],
  ["a system", SYSTEM, [NOW_US, 180_000, "system 7"]],
  ["the runs of a page", RUNS, [many, tens, 0]],
  ["a run with its gaps", RUNS, ["{7}", "{7}", 1_000]],
  ["the numbers of runs", RUN_NUMBERS, [7, 1_000, 101]],
  ["the sizes of runs", RUN_SIZES, [7, tens]],
  ["the coverage of a run", COVERAGE, [7, 7]],
  ["sensors by attention", SENSORS_BY_ATTENTION, [7, NOW_US, ...filters, null, null, null, null]],
  ["sensors by name", SENSORS_BY_NAME, [7, NOW_US, ...filters, "door", "sensor 3", "identity 3"]],
  ["the hours of a page of systems", SYSTEM_COUNTS.HOUR, [many, NOW_US - 23 * HOUR_US, NOW_US]],
  ["the days of all", SYSTEM_COUNTS.DAY, ["{0}", NOW_US - 23 * HOUR_US, NOW_US]],
  [
    "the hours of a page of sensors",
    SENSOR_COUNTS.HOUR,
    [7, NOW_US - 23 * HOUR_US, NOW_US, "{1,2,3}"],
  ],
  ["lags", LAGS, []],
  ["the rate", RATE, []],
] as const)(
  "the question for %s reads no table whole, and no activation",
  async (_, statement, values) => {
    for (const nodes of await plansOf(statement, values)) {
      const read = nodes.map((node) => node["Relation Name"] ?? "");
      expect(read.filter((table) => /activations(_p|$)/.test(table))).toEqual([]);
      const whole = nodes
        .filter((node) => node["Node Type"] === "Seq Scan")
        .map((node) => node["Relation Name"]);
      expect(whole.filter((table) => !OF_THE_FLEETS_SIZE.includes(table as string))).toEqual([]);
    }
  },
);

test.each([
  [
    "counts of systems",
    SYSTEM_COUNTS.HOUR,
    [many, NOW_US - 23 * HOUR_US, NOW_US],
    "system_hourly_pkey",
  ],
  [
    "counts of sensors",
    SENSOR_COUNTS.HOUR,
    [7, NOW_US - 23 * HOUR_US, NOW_US, "{1,2}"],
    "activations_hourly_pkey",
  ],
  ["numbers of runs", RUN_NUMBERS, [7, 1_000, 101], "runs_pkey"],
  ["lags", LAGS, [], "fold_records_feed"],
  ["the rate", RATE, [], "fold_records_feed"],
] as const)("%s come from their index", async (_, statement, values, index) => {
  for (const nodes of await plansOf(statement, values)) {
    expect(nodes.map((node) => node["Index Name"])).toContain(index);
  }
});

const RUN_IT = "analyze, buffers, format json";

test.each([
  ["by attention", SENSORS_BY_ATTENTION, [null, null, null, null]],
  ["by name", SENSORS_BY_NAME, [null, null, null]],
  ["whose coverage is asked for", COVERAGE, undefined],
] as const)(
  "of a system with far more sensors than the others, those %s are not compared each with each",
  async (_, statement, after) => {
    const values = after ? [LARGE, NOW_US, ...filters, ...after] : [LARGE, RUNS_EACH];
    for (const nodes of await plansOf(statement, values, RUN_IT)) {
      const compared = nodes.map((node) => node["Rows Removed by Join Filter"] ?? 0);
      expect(Math.max(...compared)).toBeLessThan(SENSORS_OF_LARGE);
    }
  },
);

test("the last day of a system is read without the years before it", async () => {
  const values = [`{${OLD}}`, NOW_US - 23 * HOUR_US, NOW_US + HOUR_US];
  for (const nodes of await plansOf(SYSTEM_COUNTS.HOUR, values, RUN_IT)) {
    const [{ "Shared Hit Blocks": hit = 0, "Shared Read Blocks": read = 0 }] = nodes as [Node];
    // 24 rows, each in a block of its own at worst, and the way down the index.
    expect(hit + read).toBeLessThan(24 + 10);
  }
});

test("sensors of a large system are looked up one by one also before there are statistics", async () => {
  await db.query("begin");
  try {
    // As in a database of today, which nobody has analyzed yet.
    await db.query("truncate sensor_state, run_sensor_state");
    for (const statement of [
      `insert into sensor_state (system_no, entity_no, first_fired_at, last_fired_at, fired_count)
      select ${LARGE}, e, now(), now(), 20 from generate_series(1, ${SENSORS_OF_LARGE}) as e`,
      `insert into run_sensor_state (system_no, run_no, entity_no, first_fired_at, last_fired_at, fired_count)
      select ${LARGE}, ${RUNS_EACH}, e, now(), now(), 2 from generate_series(1, ${SENSORS_OF_LARGE}) as e`,
    ]) {
      await db.query(statement);
    }
    const values = [LARGE, NOW_US, ...filters, null, null, null];
    for (const nodes of await plansOf(SENSORS_BY_NAME, values, RUN_IT)) {
      for (const node of nodes.filter((one) => /sensor_state$/.test(one["Relation Name"] ?? ""))) {
        expect((node["Actual Rows"] ?? 0) * (node["Actual Loops"] ?? 0)).toBeLessThanOrEqual(
          SENSORS_OF_LARGE,
        );
        expect(node["Rows Removed by Filter"] ?? 0).toBe(0);
      }
    }
  } finally {
    await db.query("rollback");
  }
});
