import { FLAGS } from "../../domain/activation.ts";
import { uuidFloor } from "../../domain/uuid.ts";
import type { Queryable } from "../queryable.ts";
import { before, keyOf, msOf, type Place, placeOf } from "./activation-places.ts";

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
export type Found = { rows: FoundActivation[]; end: Place | undefined };

/**
 * Rows of one branch that are looked at for one page, whether they are wanted or not. The last of them is returned in any
 * case: where it turns up, the page ends.
 */
export const MAX_SCANNED = 20_000;

/** How much longer than it happened a row may have been under way without being called late, in seconds. */
export const LATE_SECONDS = 60;

const SUSPECT = FLAGS.clockSuspect;
const COLUMNS =
  "row.system_no, row.activation_id, row.run_no, row.entity_no, row.seq, row.occurred_at, row.received_at, row.flags, row.attributes";

/** $1 run_no, $2 flags, $3 late, $4 and $5 sensors, $6 and $7 since and until in microseconds; each but $2 and $3 may be null. */
const wanted = (shownAt: string) => `
        ($1::integer is null or row.run_no = $1)
        and row.flags & $2::integer = $2
        and (not $3::boolean or (row.flags & ${SUSPECT} = 0 and row.received_at > row.occurred_at + interval '${LATE_SECONDS} seconds'))
        and (
          $4::bigint[] is null
          or (row.system_no, row.entity_no) in (select system_no, entity_no from unnest($4, $5::integer[]) as sensor (system_no, entity_no))
        )
        and ($6::bigint is null or ${shownAt} >= ${moment("$6")})
        and ($7::bigint is null or ${shownAt} < ${moment("$7")})`;

/** $8 to $10: a row's sensor by its names, where there are too many to number them. */
const PATTERNS = `
        and (
          $8::text is null
          or exists (
            select from entities
            where entities.system_no = row.system_no
              and entities.entity_no = row.entity_no
              and entities.category like $8
              and entities.name like $9::text
              and entities.identity like $10::text
          )
        )`;

function moment(us: string): string {
  return `timestamptz 'epoch' + ${us} * interval '1 microsecond'`;
}

/** Walks one table in its order, numbers what it walks over, and lets through what is wanted, and the last one. */
function branch(table: string, where: string, order: string, isWanted: string): string {
  return `(
      select numbered.*
      from (
        select walked.*, row_number() over () as scanned
        from (
          select ${COLUMNS}, (${isWanted}) as is_wanted
          from ${table} as row
          where ${where}
          order by ${order}
          limit ${MAX_SCANNED}
        ) as walked
      ) as numbered
      where numbered.is_wanted or numbered.scanned = ${MAX_SCANNED}
      limit $11
    )`;
}

/**
 * Rows of right clocks. $11 how many, $12 and $13 the key and system_no of the place after which to begin, $14 the lowest
 * id of all: bounds that are known before the first row, so that partitions outside them are never opened. The index is
 * the primary key.
 */
function datedStatement(where: string, from: (hits: string) => string): string {
  const isWanted = `row.flags & ${SUSPECT} = 0 and ${wanted("row.occurred_at")} ${PATTERNS}`;
  const walk = (table: string) => branch(table, where, "row.activation_id desc", isWanted);
  return `
  select
    hit.system_no, hit.activation_id, hit.run_no, hit.entity_no, hit.seq, hit.flags, hit.attributes, hit.is_wanted, hit.scanned,
    ${microseconds("hit.occurred_at")} as occurred_us,
    ${microseconds("hit.received_at")} as received_us
  from ${from(`(
    ${walk("activations")}
    union all
    ${walk("stray_activations")}
  ) as hit`)}
  order by hit.activation_id desc, hit.system_no desc
  limit $11`;
}

/** With few and plain bounds, so that the planner sees that the order of the key will do. $15 the system. */
const DATED_OF_SYSTEM = {
  name: "activations_of_system",
  text: datedStatement(
    `row.system_no = $15::bigint
            and row.activation_id >= $14::uuid
            and row.activation_id < $12::uuid
            and $13::bigint is not null`,
    (hits) => hits,
  ),
};

/** The same for each of these systems and ranges of ids, one descent for each and each partition. */
function datedInSpans(spans: string): string {
  return datedStatement(
    `row.system_no = span.system_no
            and row.activation_id >= span.low
            and row.activation_id < span.high
            and row.activation_id >= $14::uuid
            and row.activation_id <= $12::uuid
            and (row.activation_id < $12::uuid or row.system_no < $13::bigint)`,
    (hits) => `${spans} cross join lateral ${hits}`,
  );
}

/** Seconds as float8 are exact to the microsecond for some centuries around 1970, and cost a third of numeric ones. */
function microseconds(time: string): string {
  return `case when ${time} between '1800-01-01' and '2200-01-01'
      then (date_part('epoch', ${time}) * 1000000)::bigint
      else (extract(epoch from ${time}) * 1000000)::bigint end`;
}

const DATED_IN_RANGES = {
  name: "activations_in_ranges",
  text: datedInSpans(
    "unnest($15::bigint[], $16::uuid[], $17::uuid[]) as span (system_no, low, high)",
  ),
};

/** $15 and $16: the hours in which a system must have fired; $17 systems of which that is not counted yet. */
const DATED_IN_WINDOW = {
  name: "activations_in_window",
  text: datedInSpans(`(
    select system_hourly.system_no, $14::uuid as low, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid as high
    from system_hourly
    where system_hourly.hour >= $15::timestamptz and system_hourly.hour <= $16::timestamptz and system_hourly.system_no > 0
    union
    select waiting.system_no, $14::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
    from unnest($17::bigint[]) as waiting (system_no)
  ) as span`),
};

/**
 * Rows of wrong clocks, by the time of their arrival. $12, $13 and $14 time, id and system_no of the place after which to
 * begin. The indexes are activations_suspect of one system, and activations_suspect_by_time of all, each in every
 * partition: what these ids say is no time.
 */
function suspectStatement(ofSystem: string): string {
  const where = `${ofSystem}
            row.flags & ${SUSPECT} <> 0
            and row.received_at <= ${moment("$12::bigint")}
            and (row.received_at, row.activation_id, row.system_no) < (${moment("$12::bigint")}, $13::uuid, $14::bigint)
            and ($6::bigint is null or row.received_at >= ${moment("$6")})`;
  const isWanted = `${wanted("row.received_at")} ${PATTERNS}`;
  const order = "row.received_at desc, row.activation_id desc, row.system_no desc";
  const walk = (table: string) => branch(table, where, order, isWanted);
  return `
  select
    hit.system_no, hit.activation_id, hit.run_no, hit.entity_no, hit.seq, hit.flags, hit.attributes, hit.is_wanted, hit.scanned,
    ${microseconds("hit.occurred_at")} as occurred_us,
    ${microseconds("hit.received_at")} as received_us
  from (
    ${walk("activations")}
    union all
    ${walk("stray_activations")}
  ) as hit
  order by hit.received_at desc, hit.activation_id desc, hit.system_no desc
  limit $11`;
}

const SUSPECT_OF_SYSTEM = {
  name: "suspect_activations_of_system",
  text: suspectStatement("row.system_no = $15::bigint and"),
};

const SUSPECT_OF_ALL = {
  name: "suspect_activations",
  text: suspectStatement(""),
};

/** Where to begin, and how many rows to find. */
export type Page = { after: Place; limit: number };

/** Rows of right clocks of a system, after a place of this system or one that is no row's, down to `lowMs`. */
export async function findInSystem(
  db: Queryable,
  { systemNo, lowMs }: { systemNo: number; lowMs: number },
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const values = [...datedValues(filter, page, lowMs), systemNo];
  const { rows } = await db.query({ ...DATED_OF_SYSTEM, values });
  return found(rows, page.limit, lowMs);
}

/** Rows of right clocks after a place, in ranges that don't overlap; `lowMs` is the lowest millisecond of any of them. */
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
  const { rows } = await db.query({ ...DATED_IN_RANGES, values });
  return found(rows, page.limit, lowMs);
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

/** Rows of right clocks of all systems, from the first place after `page.after` down to `lowMs`. */
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
  const { rows } = await db.query({ ...DATED_IN_WINDOW, values });
  return found(rows, page.limit, lowMs);
}

/** Rows of wrong clocks after a place, of one system or of all. */
export async function findSuspect(
  db: Queryable,
  systemNo: number | undefined,
  filter: RowFilter,
  page: Page,
): Promise<Found> {
  const { after } = page;
  const place = after.isSuspect
    ? [after.us, after.id, after.systemNo]
    : [(msOf(after) + 1) * 1_000, before(0).id, 0];
  const values = [...filterValues(filter), page.limit, ...place];
  const { rows } =
    systemNo === undefined
      ? await db.query({ ...SUSPECT_OF_ALL, values })
      : await db.query({ ...SUSPECT_OF_SYSTEM, values: [...values, systemNo] });
  return found(rows, page.limit, undefined);
}

/** One row by its key; `isStray` where its day has no partition. */
export async function findActivation(
  db: Queryable,
  systemNo: number,
  activationId: string,
): Promise<FoundActivation | undefined> {
  for (const table of ["activations", "stray_activations"]) {
    const { rows } = await db.query({
      name: `find_in_${table}`,
      text: `select ${COLUMNS}, ${microseconds("row.occurred_at")} as occurred_us, ${microseconds("row.received_at")} as received_us
        from ${table} as row
        where row.system_no = $1 and row.activation_id = $2`,
      values: [systemNo, activationId],
    });
    if (rows[0]) return toFound(rows[0]);
  }
  return undefined;
}

function datedValues(filter: RowFilter, { after, limit }: Page, lowMs: number): unknown[] {
  const systemNo = after.isSuspect ? 0 : after.systemNo;
  return [...filterValues(filter), limit, keyOf(after), systemNo, uuidFloor(lowMs)];
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

/** Reads what came in order, and stops at the first row behind which somebody has not looked any further. */
function found(rows: readonly StoredRow[], limit: number, lowMs: number | undefined): Found {
  const wantedRows: FoundActivation[] = [];
  for (const row of rows) {
    const activation = toFound(row);
    if (row.is_wanted) wantedRows.push(activation);
    if (row.scanned === MAX_SCANNED) return { rows: wantedRows, end: placeOf(activation) };
  }
  if (rows.length === limit)
    return { rows: wantedRows, end: placeOf(toFound(rows.at(-1) as StoredRow)) };
  return { rows: wantedRows, end: lowMs === undefined ? undefined : before(lowMs) };
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
