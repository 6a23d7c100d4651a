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

/** More than any stretch or page has rows, so that what one needs is there together. */
const MAX_NAMES = 100_000;

/** The sensor of a number that is not known. */
export const NOBODY: Entity = { category: "", name: "", identity: "" };

export function createNameBook(read: Read, { max = MAX_NAMES } = {}): NameBook {
  const systems = new LRUCache<number, string>({ max });
  const entities = new LRUCache<number | string, Entity>({ max });
  const runs = new LRUCache<number | string, string>({ max });
  // One look at a time: when many want the same, those that come later find it.
  let looking: Promise<void> = Promise.resolve();

  /** What of these rows is not known; all that is known counts as used just now, so that it outlives what others left. */
  function missing(record: NumberedRows, rows: readonly number[]) {
    const missingSystems = new Set<number>();
    const missingEntities = new Map<number | string, NumberInSystem>();
    const missingRuns = new Map<number | string, NumberInSystem>();
    for (const row of rows) {
      const systemNo = record.systemNo(row);
      const entity = { systemNo, no: record.entityNo(row) };
      const run = { systemNo, no: record.runNo(row) };
      if (systems.get(systemNo) === undefined) missingSystems.add(systemNo);
      if (entities.get(keyOf(entity)) === undefined) missingEntities.set(keyOf(entity), entity);
      if (run.no !== 0 && runs.get(keyOf(run)) === undefined) missingRuns.set(keyOf(run), run);
    }
    const count = missingSystems.size + missingEntities.size + missingRuns.size;
    return count === 0 ? undefined : { missingSystems, missingEntities, missingRuns };
  }

  async function look(record: NumberedRows, rows: readonly number[]): Promise<void> {
    const wanted = missing(record, rows);
    if (!wanted) return;
    const { missingSystems, missingEntities, missingRuns } = wanted;
    const found = await read(async (db) => ({
      systems: await systemNamesOf(db, [...missingSystems]),
      entities: await entityNamesOf(db, [...missingEntities.values()]),
      runs: await runIdsOf(db, [...missingRuns.values()]),
    }));
    // Others have used names meanwhile: once more these are the latest, before those that are new push others out.
    missing(record, rows);
    for (const [no, name] of found.systems) systems.set(no, name);
    for (const one of found.entities) entities.set(keyOf(one), one.entity);
    for (const one of found.runs) runs.set(keyOf(one), one.runId);
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

/**
 * One small number for most, which V8 finds at once; a number for nearly all others, which still costs less to make and to
 * look up than a text.
 */
function keyOf({ systemNo, no }: NumberInSystem): number | string {
  if (systemNo < SMALL_SYSTEMS && no < SMALL_NUMBERS) return systemNo * SMALL_NUMBERS + no;
  if (systemNo < EXACT_SYSTEMS) return (systemNo + 1) * NUMBERS_IN_SYSTEM + no;
  return `${systemNo}/${no}`;
}

/** Together less than 2^31: what V8 keeps as a number, without an object for it. */
const SMALL_NUMBERS = 2 ** 16;
const SMALL_SYSTEMS = 2 ** 15;
/** Numbers within a system are of four bytes. */
const NUMBERS_IN_SYSTEM = 2 ** 32;
const EXACT_SYSTEMS = 2 ** 20;
