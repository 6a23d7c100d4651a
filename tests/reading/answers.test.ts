import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Entity, entityKey } from "../../src/domain/entity.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { rhythmOf } from "../../src/reading/sensors/rhythm.ts";
import { toTimestamp } from "../../src/reading/wire-time.ts";
import { useDatabase } from "../support/database.ts";
import { configOf, poolOf } from "../support/own-database.ts";
import { pick, seededRandom } from "../support/rows.ts";
import { firingsOf, hoursOf, runAnswer, sensorAnswers, stateOf, systemAnswer } from "./model.ts";
import { countsRequest, runsRequest, sensorsRequest, systemsRequest } from "./requests.ts";
import { createWorld, type ModelRun, type ModelSystem, readerAt, type World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Some moment within an hour. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 23 * MINUTE - 7_003;
const KEYS_OF_A_RUN = ["fired", "never_fired", "unregistered", "missing", "added"] as const;

const SENSORS: Entity[] = Array.from({ length: 9 }, (_, number) => ({
  category: number % 2 ? "door" : "motion",
  name: `sensor ${number}`,
  identity: `id-${number % 3}`,
}));

/** A dozen systems with some runs each, of every fate, some sensors, holes in their numbers, wrong clocks, and reports. */
async function populate(world: World, random: () => number): Promise<void> {
  const some = (list: readonly Entity[], least: number) => {
    const few = list.filter(() => random() < 0.6);
    return few.length >= least ? few : list.slice(0, least);
  };
  for (let number = 0; number < 12; number++) {
    const systemId = `system-${String(number).padStart(2, "0")}`;
    const silentAfterMs = random() < 0.5 ? { silentAfterMs: 1_000 + pick(random, 5 * HOUR) } : {};
    const runs = 1 + pick(random, 4);
    for (let place = 0; place < runs; place++) {
      const atMs = NOW - (runs - place) * 4 * HOUR + pick(random, HOUR);
      const isLate = place > 0 && random() < 0.2;
      const run = await world.register({
        systemId,
        entities: some(SENSORS, 1),
        atMs,
        ...(isLate ? { startedAtMs: NOW - 40 * HOUR } : {}),
        ...silentAfterMs,
        labels: { site: number % 3 === 0 ? "attic" : "cellar", number: String(number) },
      });
      await fireSome(world, run, { random, sinceMs: atMs });
      const report = { sent: pick(random, 900), spooled: pick(random, 50), lost: pick(random, 5) };
      const pingedMs = atMs + pick(random, 3 * HOUR);
      if (random() < 0.4) await world.ping({ systemId, run, report }, pingedMs);
      if (random() < 0.3) await world.ping({ systemId }, pingedMs + 1);
      if (random() < 0.3) await world.end(run, atMs + 2 * HOUR);
      if (random() < 0.3) await world.settle();
    }
  }
  await world.settle();
}

async function fireSome(
  world: World,
  run: ModelRun,
  { random, sinceMs }: { random: () => number; sinceMs: number },
): Promise<void> {
  const counts = random() < 0.8;
  let seq = 0;
  // A few sensors fire; one that is not in the list may be among them.
  const firing = SENSORS.filter(() => random() < 0.4);
  for (let count = pick(random, 60); count > 0 && firing.length > 0; count--) {
    seq += random() < 0.2 ? 1 + pick(random, 4) : 1;
    const atUs = (sinceMs + pick(random, 3 * HOUR)) * 1_000 + pick(random, 1_000);
    await world.fire(run, firing[pick(random, firing.length)] as Entity, {
      atUs,
      seq: counts ? seq : 0,
      isSuspect: random() < 0.1,
      receivedUs: atUs + 1_000 * pick(random, 1_000),
    });
  }
}

const without = <T extends { created_at?: unknown }>({ created_at, ...rest }: T) => {
  expect(created_at).toBeTruthy();
  return rest;
};

describe.each([1, 2, 3])(
  "every answer is what a count over all that happened says (seed %i)",
  (seed) => {
    const databaseUrl = useDatabase();
    const clock = { nowMs: NOW };
    let pool: pg.Pool;
    let reader: Reader;
    let world: World;
    let systems: ModelSystem[];
    beforeAll(async () => {
      pool = poolOf({ ...configOf(databaseUrl()), max: 4 });
      reader = readerAt(pool, clock);
      const client = new pg.Client(configOf(databaseUrl()));
      await client.connect();
      world = await createWorld(client);
      await populate(world, seededRandom(seed));
      await client.end();
      systems = [...world.systems.values()];
    });
    afterAll(() => pool.end());

    test("of the fleet, at any time", async () => {
      for (const nowMs of [NOW, NOW + 30_000, NOW + 2 * HOUR, NOW + 30 * HOUR]) {
        const fleet = await readerAt(pool, { nowMs }).get_fleet({});
        const states = systems.map((system) => stateOf(system, nowMs).state);
        const firings = systems.flatMap(firingsOf);
        const sum = (key: "spooled" | "lost") =>
          systems.reduce((total, { report }) => total + (report?.[key] ?? 0), 0);
        expect(fleet).toEqual({
          server_time: toTimestamp(nowMs * 1_000),
          up: states.filter((state) => state === "UP").length,
          late: states.filter((state) => state === "LATE").length,
          down: states.filter((state) => state === "DOWN").length,
          stopped: states.filter((state) => state === "STOPPED").length,
          quiet: states.filter((state) => state === "QUIET").length,
          sensors: systems.reduce((total, { current }) => total + current.entities.length, 0),
          fired_count: firings.length,
          hourly_counts: hoursOf(firings, nowMs),
          spooled: sum("spooled"),
          lost: sum("lost"),
        });
      }
    });

    test("of systems, in both orders", async () => {
      const RANKS = ["DOWN", "LATE", "UP", "QUIET", "STOPPED"];
      const { systems: byName = [] } = await reader.list_systems(systemsRequest({ order: "NAME" }));
      expect(byName.map(without)).toEqual(systems.map((system) => systemAnswer(system, NOW, 0)));
      const { systems: byAttention = [] } = await reader.list_systems(systemsRequest());
      const expected = systems
        .map((system) => ({ id: system.systemId, ...stateOf(system, NOW) }))
        .sort(
          (a, b) =>
            RANKS.indexOf(a.state) - RANKS.indexOf(b.state) ||
            a.sinceUs - b.sinceUs ||
            (a.id < b.id ? -1 : 1),
        );
      expect(byAttention.map(({ system_id }) => system_id)).toEqual(expected.map(({ id }) => id));
    });

    test("of systems that filters leave", async () => {
      const ids = async (fields: Parameters<typeof systemsRequest>[0]) => {
        const { systems: found = [] } = await reader.list_systems(
          systemsRequest({ order: "NAME", ...fields }),
        );
        return found.map(({ system_id }) => system_id);
      };
      const those = (is: (system: ModelSystem) => boolean) =>
        systems.filter(is).map(({ systemId }) => systemId);
      expect(await ids({ query: "M-0" })).toEqual(
        those(({ systemId }) => systemId.includes("m-0")),
      );
      expect(await ids({ query: "_" })).toEqual([]);
      expect(await ids({ label: "site" })).toEqual(those(() => true));
      expect(await ids({ label: "nothing" })).toEqual([]);
      expect(await ids({ label: "site=attic" })).toEqual(
        those(({ current }) => current.labels.site === "attic"),
      );
      for (const states of [["DOWN"], ["QUIET", "STOPPED"], ["UP", "LATE"]] as const) {
        expect(await ids({ states: [...states] })).toEqual(
          those((system) => (states as readonly string[]).includes(stateOf(system, NOW).state)),
        );
      }
    });

    test("of each system and its runs", async () => {
      for (const system of systems) {
        const found = await reader.get_system({ system_id: system.systemId });
        expect(without(found)).toEqual(systemAnswer(system, NOW, 1_000));
        const { runs } = await reader.list_runs(runsRequest({ system_id: system.systemId }));
        const latestFirst = system.runs.toReversed();
        expect(runs).toEqual(latestFirst.map((run) => runAnswer(system, run, 0)));
        for (const run of system.runs) {
          const request = { system_id: system.systemId, run_id: run.runId.toUpperCase() };
          expect(await reader.get_run(request)).toEqual(runAnswer(system, run, 1_000));
        }
      }
    });

    test("of what each run's list of sensors promised", async () => {
      for (const system of systems) {
        for (const run of system.runs) {
          const covered = await reader.get_run_coverage({
            system_id: system.systemId,
            run_id: run.runId,
          });
          expect(covered.run).toEqual(runAnswer(system, run, 1_000));
          const listed = new Set(run.entities.map(entityKey));
          const before = run.previous && new Set(run.previous.entities.map(entityKey));
          const fired = new Set(run.firings.map(({ entity }) => entityKey(entity)));
          const keys = (those: (key: string) => boolean) =>
            SENSORS.map(entityKey).filter(those).sort();
          const found = Object.fromEntries(
            KEYS_OF_A_RUN.map((part) => [
              part,
              (covered[part] ?? [])
                .map((one) => entityKey(("entity" in one ? one.entity : one) as Entity))
                .sort(),
            ]),
          );
          expect(found).toEqual({
            fired: keys((key) => listed.has(key) && fired.has(key)),
            never_fired: keys((key) => listed.has(key) && !fired.has(key)),
            unregistered: keys((key) => !listed.has(key) && fired.has(key)),
            missing: keys((key) => !listed.has(key) && !!before?.has(key)),
            added: keys((key) => listed.has(key) && !!before && !before.has(key)),
          });
          const counts = (covered.fired ?? []).map(({ fired_count }) => fired_count as number);
          expect(counts).toEqual(counts.toSorted((a, b) => b - a));
          const total = [...(covered.fired ?? []), ...(covered.unregistered ?? [])].reduce(
            (sum, { fired_count }) => sum + Number(fired_count),
            0,
          );
          expect(total).toBe(run.firings.length);
        }
      }
    });

    test("of sensors, one by one, in both orders, at any time", async () => {
      const RANKS = ["MISSING", "NEVER_FIRED", "SILENT", "UNREGISTERED", "NONE"];
      for (const nowMs of [NOW, NOW + 60 * HOUR]) {
        const later = readerAt(pool, { nowMs });
        for (const system of systems) {
          const expected = sensorAnswers(system, nowMs).sort(
            (a, b) =>
              RANKS.indexOf(a.attention as string) - RANKS.indexOf(b.attention as string) ||
              (entityKey(a.entity) < entityKey(b.entity) ? -1 : 1),
          );
          const { sensors = [] } = await later.list_sensors(
            sensorsRequest({ system_id: system.systemId }),
          );
          expect(sensors.map(without)).toEqual(expected);
          const { sensors: named = [] } = await later.list_sensors(
            sensorsRequest({ system_id: system.systemId, order: "NAME" }),
          );
          const names = named.map(({ entity }) => entityKey(entity as Entity));
          expect(names).toEqual(expected.map(({ entity }) => entityKey(entity)).sort());
          for (const one of expected.slice(0, 2)) {
            const request = { system_id: system.systemId, ...one.entity };
            expect(without(await later.get_sensor(request))).toEqual(one);
          }
        }
      }
    });

    test("of sensors that filters leave", async () => {
      for (const system of systems) {
        const all = sensorAnswers(system, NOW);
        const found = async (fields: Parameters<typeof sensorsRequest>[0]) => {
          const { sensors = [] } = await reader.list_sensors(
            sensorsRequest({ system_id: system.systemId, ...fields }),
          );
          return sensors.map(({ entity }) => entityKey(entity as Entity)).sort();
        };
        const those = (is: (sensor: (typeof all)[number]) => boolean) =>
          all
            .filter(is)
            .map(({ entity }) => entityKey(entity))
            .sort();
        expect(await found({ category: "door" })).toEqual(
          those(({ entity }) => entity.category === "door"),
        );
        expect(await found({ name: "s*or ?", identity: "id-1" })).toEqual(
          those(({ entity }) => entity.identity === "id-1"),
        );
        expect(await found({ name: "sensor _" })).toEqual([]);
        expect(await found({ attention: ["MISSING", "SILENT"] })).toEqual(
          those(({ attention }) => attention === "MISSING" || attention === "SILENT"),
        );
      }
    });

    test("of runs whose list has a sensor", async () => {
      for (const system of systems) {
        for (const sensor of SENSORS.slice(0, 3)) {
          const { runs = [] } = await reader.list_runs(
            runsRequest({ system_id: system.systemId, ...sensor }),
          );
          const expected = system.runs
            .filter(({ entities }) => entities.includes(sensor))
            .toReversed();
          expect(runs.map(({ run_id }) => run_id)).toEqual(expected.map(({ runId }) => runId));
        }
      }
    });

    test("of the gaps between a sensor's latest firings", async () => {
      for (const system of systems) {
        for (const { entity } of sensorAnswers(system, NOW)) {
          const firedUs = firingsOf(system)
            .filter((firing) => entityKey(firing.entity) === entityKey(entity))
            .map(({ shownUs }) => shownUs)
            .sort((a, b) => b - a);
          const rhythm = await reader.get_rhythm({ system_id: system.systemId, ...entity });
          expect(rhythm).toEqual(rhythmOf(firedUs.slice(0, 50), NOW * 1_000));
        }
      }
    });

    test("of counts by the hour and by the day", async () => {
      const until = toTimestamp(NOW * 1_000) as { seconds: number; nanos: number };
      const since = toTimestamp((NOW - 50 * HOUR) * 1_000) as { seconds: number; nanos: number };
      for (const [step, stepUs] of [
        ["HOUR", HOUR * 1_000],
        ["DAY", 24 * HOUR * 1_000],
      ] as const) {
        const expected = (firings: readonly { shownUs: number }[]) => {
          const first = Math.floor(((NOW - 50 * HOUR) * 1_000) / stepUs);
          const counts = new Array(Math.floor((NOW * 1_000 - 1) / stepUs) - first + 1).fill(0);
          for (const { shownUs } of firings) {
            const place = Math.floor(shownUs / stepUs) - first;
            if (place >= 0 && place < counts.length) counts[place] += 1;
          }
          return counts;
        };
        const all = await reader.count_activations(countsRequest({ since, until, step }));
        expect(all.series).toEqual([
          { entity: null, counts: expected(systems.flatMap(firingsOf)) },
        ]);
        for (const system of systems.slice(0, 4)) {
          const request = countsRequest({ system_id: system.systemId, since, until, step });
          const one = await reader.count_activations(request);
          expect(one.series).toEqual([{ entity: null, counts: expected(firingsOf(system)) }]);
          const entities = sensorAnswers(system, NOW).map(({ entity }) => entity);
          const each = await reader.count_activations({ ...request, entities });
          expect(each.series).toEqual(
            entities.map((entity) => ({
              entity,
              counts: expected(
                firingsOf(system).filter(
                  (firing) => entityKey(firing.entity) === entityKey(entity),
                ),
              ),
            })),
          );
        }
      }
    });
  },
);
