import { LRUCache } from "lru-cache";
import type { Entity } from "../../domain/entity.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import { entityNamesOf, type NumberInSystem, runIdsOf, systemNamesOf } from "../../store/names.ts";
import type { Queryable } from "../../store/queryable.ts";

/** Runs work with a connection that is meant for readers. */
export type Read = <T>(work: (db: Queryable) => Promise<T>) => Promise<T>;

/** The numbers in rows; rows are counted from 0. */
export type NumberedRows = Pick<FeedRecord, "systemNo" | "entityNo" | "runNo">;

/** What the numbers in rows mean. Names never change, so what is kept is never stale. */
export type NameBook = {
  /** Looks up what is not known yet; at once where everything is. */
  learn(record: NumberedRows, rows: readonly number[]): Promise<void> | undefined;
  systemId(systemNo: number): string;
  /** The same object for the same sensor, for as long as it is kept. */
  entity(systemNo: number, entityNo: number): Entity;
  runId(systemNo: number, runNo: number): string;
};

/** More than any stretch has rows, so that what one needs is there together. */
const MAX_NAMES = 100_000;

/** The sensor of a number that is not known. */
export const NOBODY: Entity = { category: "", name: "", identity: "" };

export function createNameBook(read: Read): NameBook {
  const systems = new LRUCache<number, string>({ max: MAX_NAMES });
  const entities = new LRUCache<string, Entity>({ max: MAX_NAMES });
  const runs = new LRUCache<string, string>({ max: MAX_NAMES });
  // One look at a time: when many want the same, those that come later find it.
  let looking: Promise<void> = Promise.resolve();

  function missing(record: NumberedRows, rows: readonly number[]) {
    const missingSystems = new Set<number>();
    const missingEntities = new Map<string, NumberInSystem>();
    const missingRuns = new Map<string, NumberInSystem>();
    for (const row of rows) {
      const systemNo = record.systemNo(row);
      const entity = { systemNo, no: record.entityNo(row) };
      const run = { systemNo, no: record.runNo(row) };
      if (!systems.has(systemNo)) missingSystems.add(systemNo);
      if (!entities.has(keyOf(entity))) missingEntities.set(keyOf(entity), entity);
      if (run.no !== 0 && !runs.has(keyOf(run))) missingRuns.set(keyOf(run), run);
    }
    const count = missingSystems.size + missingEntities.size + missingRuns.size;
    return count === 0 ? undefined : { missingSystems, missingEntities, missingRuns };
  }

  async function look(record: NumberedRows, rows: readonly number[]): Promise<void> {
    const wanted = missing(record, rows);
    if (!wanted) return;
    await read(async (db) => {
      for (const [no, name] of await systemNamesOf(db, [...wanted.missingSystems])) {
        systems.set(no, name);
      }
      for (const found of await entityNamesOf(db, [...wanted.missingEntities.values()])) {
        entities.set(keyOf(found), found.entity);
      }
      for (const found of await runIdsOf(db, [...wanted.missingRuns.values()])) {
        runs.set(keyOf(found), found.runId);
      }
    });
  }

  return {
    learn(record, rows) {
      if (!missing(record, rows)) return undefined;
      const found = looking.then(() => look(record, rows));
      looking = found.catch(() => {});
      return found;
    },
    systemId: (systemNo) => systems.get(systemNo) ?? "",
    entity: (systemNo, no) => entities.get(keyOf({ systemNo, no })) ?? NOBODY,
    runId: (systemNo, no) => runs.get(keyOf({ systemNo, no })) ?? "",
  };
}

function keyOf({ systemNo, no }: NumberInSystem): string {
  return `${systemNo}/${no}`;
}
