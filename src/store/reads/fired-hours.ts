import type { Queryable } from "../queryable.ts";
import type { SensorNumber } from "./activations.ts";
import { arrayText } from "./array-text.ts";

/** Which hours have rows, the newest first: what a list walks along, so that it skips those that have none. */
export type FiredHour = {
  /** Its beginning, in Unix milliseconds. */
  ms: number;
  /** About how many rows are wanted, and about how many must be looked at for them. */
  wanted: number;
  cost: number;
  /** Which systems have them; undefined where the counts can say it later. */
  systemNos: ReadonlySet<number> | undefined;
};

export type FiredHours = {
  hours: FiredHour[];
  /** Older hours are not in it: ask again. Undefined: there are none. */
  moreBeforeMs: number | undefined;
  /** Systems with rows that nobody has counted yet. */
  waitingSystemNos: readonly number[];
  /** Days from here on have partitions. */
  lowerMs: number;
};

export const HOUR_MS = 3_600_000;
const HOURS_OF_ALL = 200;
/** Most hours of a sensor that are read at once. */
export const HOURS_OF_SENSOR = 100;

const hourMs = (hour: string) => `(extract(epoch from ${hour}) * 1000)::bigint`;
const BOUNDS = "coalesce((select lower_ms from partition_bounds), 0)";

/** Rows that are stored and not yet in the counts: at most those of a second, while somebody folds. The index is fold_records_waiting. */
const WAITING = `
    select
      item.system_no,
      (floor(item.shown_us / 3600000000.0) * 3600000)::bigint as hour_ms,
      item.entity_no
    from fold_records
    cross join lateral unnest(fold_records.system_nos, fold_records.entity_nos, fold_records.shown_us)
      as item (system_no, entity_no, shown_us)
    where fold_records.feed_no is null`;

/**
 * Counted and waiting rows in one snapshot: the folder moves them from one to the other in one transaction, so a row that
 * is stored is in one of both. $1 the newest hour, $2 the oldest.
 */
const OF_ALL = {
  name: "fired_hours_of_all",
  text: `
  select null::bigint as system_no, ${hourMs("counted.hour")} as hour_ms, counted.fired_count, ${BOUNDS} as lower_ms
  from (
    select hour, fired_count
    from system_hourly
    where system_no = 0 and hour <= $1::timestamptz and hour >= $2::timestamptz
    order by hour desc
    limit ${HOURS_OF_ALL}
  ) as counted
  union all
  select waiting.system_no, waiting.hour_ms, count(*), ${BOUNDS}
  from (${WAITING}) as waiting
  group by 1, 2
  union all
  select null, null, null, ${BOUNDS}`,
};

/** Of so many hours of a sensor one is looked up for what else its system has in it; hours side by side are much alike. */
const HOURS_OF_A_COST = 8;

/** $3 and $4 the sensors, $5 how many hours of each. */
const OF_SENSORS = {
  name: "fired_hours_of_sensors",
  text: `
  with sensor as (
    select * from unnest($3::bigint[], $4::integer[]) as sensor (system_no, entity_no)
  )
  select
    sensor.system_no,
    sensor.entity_no,
    ${hourMs("counted.hour")} as hour_ms,
    counted.fired_count,
    case when counted.place % ${HOURS_OF_A_COST} = 1 then (
      select system_hourly.fired_count
      from system_hourly
      where system_hourly.system_no = sensor.system_no and system_hourly.hour = counted.hour
    ) end as cost,
    ${BOUNDS} as lower_ms
  from sensor
  cross join lateral (
    select hour, fired_count, row_number() over (order by hour desc) as place
    from activations_hourly
    where activations_hourly.system_no = sensor.system_no
      and activations_hourly.entity_no = sensor.entity_no
      and activations_hourly.hour <= $1::timestamptz
      and activations_hourly.hour >= $2::timestamptz
    order by hour desc
    limit $5
  ) as counted
  union all
  select waiting.system_no, null, waiting.hour_ms, count(*), count(*), ${BOUNDS}
  from (${WAITING}) as waiting
  where (waiting.system_no, waiting.entity_no) in (select system_no, entity_no from sensor)
  group by 1, 3
  union all
  select null, null, null, null, null, ${BOUNDS}`,
};

type Span = { newestMs: number; oldestMs: number };

/** The hours in which anything fired. The index is the primary key. */
export async function firedHoursOfAll(db: Queryable, span: Span): Promise<FiredHours> {
  const { rows } = await db.query({ ...OF_ALL, values: timesOf(span) });
  const hours = new Map<number, FiredHour>();
  const waiting = new Set<number>();
  let counted = 0;
  let oldestMs: number | undefined;
  for (const { system_no, hour_ms, fired_count } of rows as CountedHour[]) {
    if (hour_ms === null) continue;
    if (system_no === null) {
      counted += 1;
      oldestMs = Math.min(oldestMs ?? hour_ms, hour_ms);
    } else waiting.add(system_no);
    if (isWithin(hour_ms, span)) add(hours, hour_ms, { wanted: fired_count, cost: fired_count });
  }
  return {
    ...completeFrom(hours, counted < HOURS_OF_ALL ? undefined : oldestMs),
    waitingSystemNos: [...waiting],
    lowerMs: rows[0].lower_ms,
  };
}

/** The latest `most` hours in which each of these sensors fired. The index is the primary key, one descent a sensor. */
export async function firedHoursOfSensors(
  db: Queryable,
  sensors: readonly SensorNumber[],
  span: Span,
  most: number,
): Promise<FiredHours> {
  const values = [
    ...timesOf(span),
    arrayText(sensors.map(({ systemNo }) => systemNo)),
    arrayText(sensors.map(({ entityNo }) => entityNo)),
    most,
  ];
  const { rows } = await db.query({ ...OF_SENSORS, values });
  const hours = new Map<number, FiredHour>();
  const bySensor = new Map<string, { count: number; oldestMs: number; cost: number }>();
  // What a system has to look at in an hour is the same for each of its sensors.
  const costs = new Set<string>();
  for (const { system_no, entity_no, hour_ms, fired_count, cost } of rows as SensorHour[]) {
    if (hour_ms === null || system_no === null) continue;
    let about = cost ?? fired_count;
    if (entity_no !== null) {
      const key = `${system_no} ${entity_no}`;
      const sensor = bySensor.get(key) ?? { count: 0, oldestMs: hour_ms, cost: 0 };
      bySensor.set(key, sensor);
      sensor.count += 1;
      sensor.oldestMs = Math.min(sensor.oldestMs, hour_ms);
      sensor.cost = cost ?? sensor.cost;
      about = Math.max(fired_count, sensor.cost);
    }
    if (!isWithin(hour_ms, span)) continue;
    const costKey = `${system_no} ${hour_ms} ${entity_no === null}`;
    const isCounted = costs.has(costKey);
    costs.add(costKey);
    const more = { wanted: fired_count, cost: isCounted ? 0 : about };
    add(hours, hour_ms, more, system_no);
  }
  const cut = [...bySensor.values()].filter(({ count }) => count === most);
  const oldestMs = cut.length === 0 ? undefined : Math.max(...cut.map((one) => one.oldestMs));
  return { ...completeFrom(hours, oldestMs), waitingSystemNos: [], lowerMs: rows[0].lower_ms };
}

/** Systems that have activations outside the partitions. One descent for each. */
export async function systemsWithStrays(db: Queryable): Promise<number[]> {
  const { rows } = await db.query({
    name: "systems_with_strays",
    text: `with recursive found as (
      (select system_no from stray_activations order by system_no limit 1)
      union all
      select (
        select next.system_no
        from stray_activations as next
        where next.system_no > found.system_no
        order by next.system_no
        limit 1
      )
      from found
      where found.system_no is not null
    )
    select system_no from found where system_no is not null`,
  });
  return rows.map((row) => row.system_no);
}

/** When a run fired first and last, counted or not, in Unix microseconds; undefined where it never did. */
export async function firedSpanOfRun(
  db: Queryable,
  systemNo: number,
  runNo: number,
): Promise<{ firstUs: number; lastUs: number } | undefined> {
  const { rows } = await db.query({
    name: "fired_span_of_run",
    text: `
    select min(first_us) as first_us, max(last_us) as last_us
    from (
      select
        (extract(epoch from first_fired_at) * 1000000)::bigint as first_us,
        (extract(epoch from last_fired_at) * 1000000)::bigint as last_us
      from run_state
      where system_no = $1 and run_no = $2
      union all
      select min(item.shown_us), max(item.shown_us)
      from fold_records
      cross join lateral unnest(fold_records.system_nos, fold_records.run_nos, fold_records.shown_us)
        as item (system_no, run_no, shown_us)
      where fold_records.feed_no is null and item.system_no = $1 and coalesce(item.run_no, $2) = $2
    ) as spans`,
    values: [systemNo, runNo],
  });
  const { first_us: firstUs, last_us: lastUs } = rows[0];
  return firstUs === null ? undefined : { firstUs, lastUs };
}

function add(
  hours: Map<number, FiredHour>,
  ms: number,
  more: { wanted: number; cost: number },
  systemNo?: number,
): void {
  const hour = hours.get(ms);
  const systemNos = new Set(hour?.systemNos);
  if (systemNo !== undefined) systemNos.add(systemNo);
  hours.set(ms, {
    ms,
    wanted: (hour?.wanted ?? 0) + more.wanted,
    cost: (hour?.cost ?? 0) + more.cost,
    systemNos: systemNo === undefined ? undefined : systemNos,
  });
}

/** Hours below the oldest of a list that was cut are not all there. */
function completeFrom(hours: Map<number, FiredHour>, oldestMs: number | undefined) {
  const all = [...hours.values()].sort((a, b) => b.ms - a.ms);
  if (oldestMs === undefined) return { hours: all, moreBeforeMs: undefined };
  return { hours: all.filter(({ ms }) => ms >= oldestMs), moreBeforeMs: oldestMs };
}

function isWithin(ms: number, { newestMs, oldestMs }: Span): boolean {
  return ms <= newestMs && ms >= oldestMs;
}

function timesOf({ newestMs, oldestMs }: Span): string[] {
  return [new Date(newestMs).toISOString(), new Date(oldestMs).toISOString()];
}

type CountedHour = { system_no: number | null; hour_ms: number | null; fired_count: number };
type SensorHour = CountedHour & { entity_no: number | null; cost: number | null };
