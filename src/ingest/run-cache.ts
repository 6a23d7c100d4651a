import { LRUCache } from "lru-cache";
import { entityKey } from "../domain/entity.ts";
import type { NumberedEntity } from "../store/entities.ts";
import type { KnownRun } from "../store/runs.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** A run with the numbers of its sensors, by entity key. */
export type CachedRun = {
  readonly systemNo: number;
  readonly runNo: number;
  /** The sensors of its list. */
  readonly listed: ReadonlyMap<string, number>;
  /** Sensors it reported all the same; grows, within the limit per run. */
  readonly unlisted: Map<string, number>;
};

/** How the cache reads what it lacks. */
export type RunSource = {
  find(systemId: string, runId: string): Promise<KnownRun | undefined>;
  entities(run: KnownRun): Promise<NumberedEntity[]>;
  unregistered(run: KnownRun): Promise<NumberedEntity[]>;
};

export type RunCache = {
  /** From memory, or undefined. */
  peek(systemId: string, runId: string): CachedRun | undefined;
  /** From memory, else from the database; undefined for a run that nobody registered. Callers at the same time share one lookup. */
  get(systemId: string, runId: string): Promise<CachedRun | undefined>;
};

/** Keeps the runs that were used last, up to `maxEntities` sensors in all. A run's list never changes, so nothing goes stale. */
export function createRunCache({
  source,
  maxEntities,
  metrics,
}: {
  source: RunSource;
  maxEntities: number;
  metrics: Pick<Metrics, "runLookups">;
}): RunCache {
  const runs = new LRUCache<string, CachedRun>({
    maxSize: maxEntities,
    sizeCalculation: (run) => run.listed.size + run.unlisted.size + 4,
  });
  const loading = new Map<string, Promise<CachedRun | undefined>>();
  const fromDatabase = metrics.runLookups.labels("database");
  const notFound = metrics.runLookups.labels("unknown");

  async function load(key: string, systemId: string, runId: string) {
    const known = await source.find(systemId, runId);
    if (!known) {
      notFound.inc();
      return undefined;
    }
    fromDatabase.inc();
    const run: CachedRun = {
      systemNo: known.systemNo,
      runNo: known.runNo,
      listed: numbersByKey(await source.entities(known)),
      unlisted: numbersByKey(await source.unregistered(known)),
    };
    runs.set(key, run);
    return run;
  }

  function peek(systemId: string, runId: string): CachedRun | undefined {
    return runs.get(keyOf(systemId, runId));
  }

  return {
    peek,
    get(systemId, runId) {
      const run = peek(systemId, runId);
      if (run) return Promise.resolve(run);
      const key = keyOf(systemId, runId);
      let pending = loading.get(key);
      if (!pending) {
        pending = load(key, systemId, runId).finally(() => loading.delete(key));
        loading.set(key, pending);
      }
      return pending;
    },
  };
}

function keyOf(systemId: string, runId: string): string {
  return `${runId}${systemId}`;
}

function numbersByKey(entities: readonly NumberedEntity[]): Map<string, number> {
  return new Map(entities.map((entity) => [entityKey(entity), entity.entityNo]));
}
