import { expect, test } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import { type Entity, entityKey } from "../../src/domain/entity.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import { createRunCache, type RunSource } from "../../src/ingest/run-cache.ts";
import { deferred } from "../../src/kit/deferred.ts";
import type { KnownRun } from "../../src/store/runs.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { boiler, door, skylight } from "../support/cast.ts";

const KNOWN: KnownRun = { systemNo: 1, runNo: 1, manifestHash: Buffer.alloc(32) };

function entitiesOf(count: number): Entity[] {
  return Array.from({ length: count }, (_, number) => ({ ...door, identity: `door-${number}` }));
}

/** A cache over a source that has every run, with these sensors, and counts the lookups. */
function start({
  sensors = [door] as readonly Entity[],
  maxEntities = 10_000,
  ...source
}: Partial<RunSource> & { sensors?: readonly Entity[]; maxEntities?: number } = {}) {
  const metrics = createMetrics({ defaults: false });
  const numbered = sensors.map((entity, index) => ({ ...entity, entityNo: index + 1 }));
  let lookups = 0;
  const cache = createRunCache({
    source: {
      async find(systemId, runId) {
        lookups += 1;
        return source.find ? source.find(systemId, runId) : KNOWN;
      },
      entities: async () => numbered,
      unregistered: source.unregistered ?? (async () => []),
    },
    maxEntities,
    metrics,
  });
  return {
    cache,
    get lookups() {
      return lookups;
    },
    async counted(label: string) {
      const { values } = await metrics.runLookups.get();
      return values.find(({ labels }) => labels.source === label)?.value ?? 0;
    },
  };
}

test("a run is looked up once, and then found in memory", async () => {
  const started = start({ sensors: [door, boiler] });
  expect(started.cache.peek("greenhouse", "run")).toBeUndefined();
  const run = await started.cache.get("greenhouse", "run");
  expect(run?.listed).toEqual(
    new Map([
      [entityKey(door), 1],
      [entityKey(boiler), 2],
    ]),
  );
  expect(await started.cache.get("greenhouse", "run")).toBe(run);
  expect(started.cache.peek("greenhouse", "run")).toBe(run);
  expect(started.lookups).toBe(1);
  expect(await started.counted("database")).toBe(1);
});

test("callers at the same time share one lookup", async () => {
  const gate = deferred<KnownRun>();
  const started = start({ find: () => gate.promise });
  const callers = Array.from({ length: 10 }, () => started.cache.get("greenhouse", "run"));
  const other = started.cache.get("attic", "run");
  expect(started.lookups).toBe(2);
  gate.resolve(KNOWN);
  expect(new Set(await Promise.all(callers)).size).toBe(1);
  await other;
});

test("an unknown run is asked for again each time, for it may be registered meanwhile", async () => {
  let isKnown = false;
  const started = start({ find: async () => (isKnown ? KNOWN : undefined) });
  expect(await started.cache.get("greenhouse", "run")).toBeUndefined();
  expect(await started.cache.get("greenhouse", "run")).toBeUndefined();
  isKnown = true;
  expect(await started.cache.get("greenhouse", "run")).toBeDefined();
  expect(started.lookups).toBe(3);
  expect(await started.counted("unknown")).toBe(2);
});

test("a lookup that fails fails its callers alone, and is not remembered", async () => {
  let isAway = true;
  const started = start({
    find: async () => {
      if (isAway) throw new Error("away");
      return KNOWN;
    },
  });
  const callers = [started.cache.get("greenhouse", "run"), started.cache.get("greenhouse", "run")];
  const outcomes = await Promise.allSettled(callers);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isAway = false;
  expect(await started.cache.get("greenhouse", "run")).toBeDefined();
});

test("sensors that a run has reported without listing them are known from the start", async () => {
  const { cache } = start({ unregistered: async () => [{ ...skylight, entityNo: 7 }] });
  const run = await cache.get("greenhouse", "run");
  expect(run?.unlisted).toEqual(new Map([[entityKey(skylight), 7]]));
});

test("the runs that were used last are kept, up to the limit of sensors", async () => {
  const started = start({ sensors: entitiesOf(96), maxEntities: 300 });
  for (const run of ["1", "2", "3"]) await started.cache.get("greenhouse", run);
  started.cache.peek("greenhouse", "1");
  await started.cache.get("greenhouse", "4");
  const kept = ["1", "2", "3", "4"].filter((run) => started.cache.peek("greenhouse", run));
  expect(kept).toEqual(["1", "3", "4"]);
});

test("many runs without sensors are bounded too", async () => {
  const started = start({ sensors: [], maxEntities: 40 });
  for (let run = 0; run < 100; run++) await started.cache.get("greenhouse", String(run));
  const kept = Array.from({ length: 100 }, (_, run) => started.cache.peek("greenhouse", `${run}`));
  expect(kept.filter(Boolean)).toHaveLength(10);
});

test("a run with as many sensors as there may be fits into the smallest cache that can be set", async () => {
  const [, smallest] = /from (\d+) to/.exec(SETTINGS.manifestCache.allowed) ?? [];
  const started = start({
    sensors: entitiesOf(LIMITS.maxEntities),
    maxEntities: Number(smallest),
  });
  await started.cache.get("greenhouse", "run");
  await started.cache.get("greenhouse", "run");
  expect(started.lookups).toBe(1);
});
