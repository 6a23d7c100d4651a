import type { ActivationRow } from "../domain/activation.ts";
import { SlimmerError } from "../domain/errors.ts";
import {
  compareRows,
  type Duplicates,
  storeDated,
  storeNew,
  storeStrays,
} from "../store/activations.ts";
import { classifyPgError, type PgFailure, toStoreError } from "../store/pg-errors.ts";
import type { Queryable } from "../store/queryable.ts";
import type { Horizon } from "./horizon.ts";
import { createRepeatWatch, type RepeatWatch } from "./repeat-watch.ts";

/** What became of a flush, by place in it; a row that is in neither was stored now. */
export type FlushResult = {
  duplicates: ReadonlySet<number>;
  failures: ReadonlyMap<number, SlimmerError>;
};

/** Failures of the fast statement after which the careful one finds out what it was. */
const MAY_GO_BETTER: ReadonlySet<PgFailure> = new Set([
  "duplicate",
  "no-partition",
  "conflict",
  "defect",
]);
/** How often a statement is tried whose transaction was in another's way. */
const CONFLICT_ATTEMPTS = 4;
/** How often one is tried whose bounds were stale: while a keeper makes ninety partitions, they move many times a second. */
const BOUNDS_ATTEMPTS = 50;

/**
 * Stores rows in as few statements as they allow: one for the days that have partitions, one for strays. Rows are taken to
 * be new until one turns out to be a repeat; then they are stored again, row by row as it were, and so are those of the
 * next moment, for repeats come in crowds. A statement that PostgreSQL refuses for what it holds is halved until the bad
 * row stands alone, so that it fails no neighbour.
 * Rejects, with a SlimmerError, only when PostgreSQL is away, full or busy: then nothing is known about any row.
 */
export async function flushRows(
  db: Queryable,
  rows: readonly ActivationRow[],
  horizon: Horizon,
  repeats: RepeatWatch = createRepeatWatch(),
): Promise<FlushResult | undefined> {
  // Nearly always: all of them dated, and new.
  if (!repeats.areExpected && rows.every((row) => horizon.covers(row.activationId))) {
    try {
      await storeNew(db, rows.toSorted(compareRows));
      return undefined;
    } catch (error) {
      // What it was shows on the careful way.
      if (!MAY_GO_BETTER.has(classifyPgError(error))) throw toStoreError(error);
    }
  }
  const places = sortedPlaces(rows);
  const dated: number[] = [];
  const strays: number[] = [];
  for (const place of places) {
    const isDated = horizon.covers((rows[place] as ActivationRow).activationId);
    (isDated ? dated : strays).push(place);
  }
  const result = { duplicates: new Set<number>(), failures: new Map<number, SlimmerError>() };
  if (dated.length > 0) await storeGroup("dated", dated, 1);
  if (strays.length > 0) await storeGroup("strays", strays, 1);
  return result.duplicates.size + result.failures.size === 0 ? undefined : result;

  async function storeGroup(
    kind: "dated" | "strays",
    group: readonly number[],
    attempt: number,
  ): Promise<void> {
    const chosen = group.map((place) => rows[place] as ActivationRow);
    let found: Duplicates | "stale";
    try {
      found =
        kind === "dated"
          ? await storeCarefully(chosen)
          : await storeStrays(db, chosen, horizon.bounds);
    } catch (error) {
      return storeAfterFailure(kind, group, attempt, error);
    }
    if (found === "stale") return storeAgain(group, attempt);
    for (const index of found ?? []) result.duplicates.add(group[index] as number);
  }

  async function storeCarefully(chosen: readonly ActivationRow[]): Promise<Duplicates> {
    const duplicates = await storeDated(db, chosen);
    if (duplicates) repeats.note();
    return duplicates;
  }

  async function storeAfterFailure(
    kind: "dated" | "strays",
    group: readonly number[],
    attempt: number,
    error: unknown,
  ): Promise<void> {
    switch (classifyPgError(error)) {
      case "no-partition":
        if (attempt < BOUNDS_ATTEMPTS) return storeAgain(group, attempt);
        break;
      case "conflict":
        if (attempt < CONFLICT_ATTEMPTS) return storeGroup(kind, group, attempt + 1);
        break;
      case "defect":
        if (group.length > 1) {
          const middle = group.length >> 1;
          await storeGroup(kind, group.slice(0, middle), 1);
          return storeGroup(kind, group.slice(middle), 1);
        }
        result.failures.set(group[0] as number, toStoreError(error));
        return;
    }
    throw toStoreError(error);
  }

  /** The bounds have moved: read them anew, and sort the rows anew. */
  async function storeAgain(group: readonly number[], attempt: number): Promise<void> {
    if (attempt >= BOUNDS_ATTEMPTS) {
      throw new SlimmerError("STORE_BUSY", "the partitions keep changing; try again", {
        retryAfterMs: 1_000,
      });
    }
    await horizon.reload(db).catch((error) => {
      throw toStoreError(error);
    });
    const isDated = (place: number) => horizon.covers((rows[place] as ActivationRow).activationId);
    const nowDated = group.filter(isDated);
    const nowStrays = group.filter((place) => !isDated(place));
    if (nowDated.length > 0) await storeGroup("dated", nowDated, attempt + 1);
    if (nowStrays.length > 0) await storeGroup("strays", nowStrays, attempt + 1);
  }
}

/** The places of the rows in key order. */
function sortedPlaces(rows: readonly ActivationRow[]): number[] {
  return rows
    .map((_, place) => place)
    .sort((a, b) => compareRows(rows[a] as ActivationRow, rows[b] as ActivationRow));
}
