import { uuidFloor } from "../../domain/uuid.ts";
import type { Queryable } from "../queryable.ts";
import { before, keyOf, msOf, type Place, placeOf } from "./activation-places.ts";
import {
  DATED_IN_RANGES,
  DATED_IN_WINDOW,
  DATED_OF_SYSTEM,
  ELSEWHERE_OF_ALL,
  ELSEWHERE_OF_SYSTEM,
  MAX_SCANNED,
  ROW,
  type Statement,
} from "./activation-statements.ts";

/** A stored row. Times are Unix microseconds. */
export type FoundActivation = {
  systemNo: number;
  activationId: string;
  runNo: number;
  entityNo: number;
  /** 0 for a client that does not count. */
  seq: number;
  occurredUs: number;
  receivedUs: number;
  flags: number;
  attributes: Record<string, string> | undefined;
};

/** A sensor of any system. */
export type SensorNumber = { systemNo: number; entityNo: number };

/** Which rows are wanted, beside where they lie. */
export type RowFilter = {
  readonly runNo: number | undefined;
  /** Flags that a row must have. */
  readonly flags: number;
  readonly isLate: boolean;
  /** Undefined: all sensors. */
  readonly sensors: readonly SensorNumber[] | undefined;
  /** Patterns of LIKE, where there are too many sensors to name them. */
  readonly patterns: { category: string; name: string; identity: string } | undefined;
  /** Unix microseconds by the time that is shown; undefined: from the beginning, without an end. */
  readonly sinceUs: number | undefined;
  readonly untilUs: number | undefined;
};

/** The ids of a system from `lowMs` to before `highMs`, by the time in them. */
export type IdRange = { systemNo: number; lowMs: number; highMs: number };

/** Rows that were found, the newest first, and how far everything has been looked at: undefined where nothing is left. */
export type Found = {
  rows: FoundActivation[];
  end: Place | undefined;
  /** Whether it ends there because it has looked at MAX_SCANNED rows. */
  isWornOut?: boolean;
};

/** Where to begin, and how many rows to find; there may be more of them. */
export type Page = { after: Place; limit: number };

/** Rows of a system that lie by their ids, after a place of this system or one that is no row's, down to `lowMs`. */
export async function findInSystem(
  db: Queryable,
  { systemNo, lowMs }: { systemNo: number; lowMs: number },
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const values = [...filterValues(filter), keyOf(page.after), uuidFloor(lowMs), systemNo];
  return find(db, DATED_OF_SYSTEM(page.limit), values, lowMs);
}

/** Rows that lie by their ids, after a place, in ranges that don't overlap; `lowMs` is the lowest millisecond of any of them. */
export async function findInRanges(
  db: Queryable,
  { ranges, lowMs }: { ranges: readonly IdRange[]; lowMs: number },
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const values = [
    ...datedValues(filter, page, lowMs),
    arrayOf(ranges.map(({ systemNo }) => systemNo)),
    arrayOf(ranges.map((range) => uuidFloor(range.lowMs))),
    arrayOf(ranges.map((range) => uuidFloor(range.highMs))),
  ];
  return find(db, DATED_IN_RANGES(page.limit), values, lowMs);
}

/** An hour begins at a whole number of milliseconds that 3,600,000 divides. */
export type Window = {
  lowMs: number;
  /** The systems are those that fired in one of the hours from the first to the last … */
  firstHourMs: number;
  lastHourMs: number;
  /** … and these. */
  systemNos: readonly number[];
};

/** Rows of all systems that lie by their ids, from the first place after `page.after` down to `lowMs`. */
export async function findInWindow(
  db: Queryable,
  { lowMs, firstHourMs, lastHourMs, systemNos }: Window,
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const values = [
    ...datedValues(filter, page, lowMs),
    new Date(firstHourMs).toISOString(),
    new Date(lastHourMs).toISOString(),
    arrayOf(systemNos),
  ];
  return find(db, DATED_IN_WINDOW(page.limit), values, lowMs);
}

/** Rows that lie elsewhere, after a place, of one system or of all. */
export async function findElsewhere(
  db: Queryable,
  systemNo: number | undefined,
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const { after } = page;
  const place = after.isElsewhere
    ? [after.us, after.id, after.systemNo]
    : [(msOf(after) + 1) * 1_000, before(0).id, 0];
  const values = [...filterValues(filter), ...place];
  return systemNo === undefined
    ? find(db, ELSEWHERE_OF_ALL(page.limit), values, undefined)
    : find(db, ELSEWHERE_OF_SYSTEM(page.limit), [...values, systemNo], undefined);
}

/** One row by its key. */
export async function findActivation(
  db: Queryable,
  systemNo: number,
  activationId: string,
): Promise<FoundActivation | undefined> {
  for (const table of ["activations", "stray_activations"]) {
    const { rows } = await db.query({
      name: `find_in_${table}`,
      text: `select ${ROW("row")}
        from ${table} as row
        where row.system_no = $1 and row.activation_id = $2`,
      values: [systemNo, activationId],
    });
    if (rows[0]) return toFound(rows[0]);
  }
  return undefined;
}

function datedValues(filter: RowFilter, { after }: Page, lowMs: number): unknown[] {
  const systemNo = after.isElsewhere ? 0 : after.systemNo;
  return [...filterValues(filter), keyOf(after), systemNo, uuidFloor(lowMs)];
}

function filterValues(filter: RowFilter): unknown[] {
  const { sensors, patterns } = filter;
  return [
    filter.runNo ?? null,
    filter.flags,
    filter.isLate,
    sensors ? arrayOf(sensors.map(({ systemNo }) => systemNo)) : null,
    sensors ? arrayOf(sensors.map(({ entityNo }) => entityNo)) : null,
    filter.sinceUs ?? null,
    filter.untilUs ?? null,
    patterns?.category ?? null,
    patterns?.name ?? null,
    patterns?.identity ?? null,
  ];
}

/** Reads what comes in order, and stops at the first row behind which nobody has looked any further. */
async function find(
  db: Queryable,
  { most, ...statement }: Statement,
  values: unknown[],
  lowMs: number | undefined,
): Promise<Found> {
  const answer = await db.query({ ...statement, values });
  const stored = answer.rows as StoredRow[];
  const rows: FoundActivation[] = [];
  for (const row of stored) {
    const activation = toFound(row);
    if (row.is_wanted) rows.push(activation);
    if (row.scanned === MAX_SCANNED) return { rows, end: placeOf(activation), isWornOut: true };
  }
  const last = rows.at(-1);
  if (last && stored.length === most) return { rows, end: placeOf(last) };
  return { rows, end: lowMs === undefined ? undefined : before(lowMs) };
}

type StoredRow = {
  system_no: number;
  activation_id: string;
  run_no: number;
  entity_no: number;
  seq: number | null;
  occurred_us: number;
  received_us: number;
  flags: number;
  attributes: Record<string, string> | null;
  is_wanted: boolean;
  scanned: number;
};

function toFound(row: StoredRow): FoundActivation {
  return {
    systemNo: row.system_no,
    activationId: row.activation_id,
    runNo: row.run_no,
    entityNo: row.entity_no,
    seq: row.seq ?? 0,
    occurredUs: row.occurred_us,
    receivedUs: row.received_us,
    flags: row.flags,
    attributes: row.attributes ?? undefined,
  };
}

function arrayOf(items: readonly (number | string)[]): string {
  return `{${items.join(",")}}`;
}
