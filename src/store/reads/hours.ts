import type { Queryable } from "../queryable.ts";
import { arrayText } from "./array-text.ts";
import { DAY_US, HOUR_US, momentOf } from "./micros.ts";

/** The number under which system_hourly has the sum of all systems. */
export const ALL_SYSTEMS = 0;

/** Most buckets that may be asked for, of all systems or sensors together. */
export const MAX_BUCKETS = 10_000;

export const STEP_US = { HOUR: HOUR_US, DAY: DAY_US };

/** Whole buckets of time, of UTC: `count` of them from `sinceUs` (Unix microseconds) on, which is the beginning of one. */
export type Buckets = { sinceUs: number; step: keyof typeof STEP_US; count: number };

/** The `count` hours of which the last has `nowUs` in it. */
export function latestHours(nowUs: number, count: number): Buckets {
  const lastUs = Math.floor(nowUs / HOUR_US) * HOUR_US;
  return { sinceUs: lastUs - (count - 1) * HOUR_US, step: "HOUR", count };
}

/**
 * Hours of each of the systems $1 from $2 on and before $3. The pairs are compared as such because only the primary key can
 * be entered by them: the other index begins with the hour, and would read all systems for each. Not by system_no = as
 * well: the index would be entered by that alone, and all hours of the system read. The limit, which is never reached, tells
 * the planner that there are few: it can't know that the two bounds are close to one another.
 */
const systemHours = (most: number) => `
  select wanted.place, date_part('epoch', hours.hour)::bigint as seconds, hours.fired_count
  from unnest($1::bigint[]) with ordinality as wanted (system_no, place)
  cross join lateral (
    select *
    from system_hourly
    where (system_hourly.system_no, system_hourly.hour) >= (wanted.system_no, ${momentOf("$2")})
      and (system_hourly.system_no, system_hourly.hour) < (wanted.system_no, ${momentOf("$3")})
    order by system_hourly.system_no, system_hourly.hour
    limit ${most}
  ) as hours`;

/** The same of the sensors $4 of the system $1. */
const SENSOR_HOURS = `
  select wanted.place, date_part('epoch', hours.hour)::bigint as seconds, hours.fired_count
  from unnest($4::integer[]) with ordinality as wanted (entity_no, place)
  cross join lateral (
    select *
    from activations_hourly
    where activations_hourly.system_no = $1
      and activations_hourly.entity_no = wanted.entity_no
      and activations_hourly.hour >= ${momentOf("$2")}
      and activations_hourly.hour < ${momentOf("$3")}
    offset 0
  ) as hours`;

/** Years of days have more hours than anybody should read one by one. */
const byDay = (hours: string) => `
  select each.place, floor(each.seconds / 86400.0)::bigint * 86400 as seconds, sum(each.fired_count)::bigint as fired_count
  from (${hours}) as each
  group by 1, 2`;

/** A row for each that has any: to take thousands of rows apart would cost more than to find them. */
const gathered = (counts: string) => `
  select
    counted.place,
    array_to_json(array_agg(counted.seconds))::text as seconds,
    array_to_json(array_agg(counted.fired_count))::text as fired_counts
  from (${counts}) as counted
  group by 1`;

export const SYSTEM_COUNTS = {
  HOUR: { name: "read_system_hours", text: gathered(systemHours(MAX_BUCKETS)) },
  DAY: { name: "read_system_days", text: gathered(byDay(systemHours(MAX_BUCKETS * 24))) },
};
export const SENSOR_COUNTS = {
  HOUR: { name: "read_sensor_hours", text: gathered(SENSOR_HOURS) },
  DAY: { name: "read_sensor_days", text: gathered(byDay(SENSOR_HOURS)) },
};

/** Activations of each of these systems, bucket by bucket. The index is the primary key. */
export async function countBySystem(
  db: Queryable,
  systemNos: readonly number[],
  buckets: Buckets,
): Promise<number[][]> {
  if (systemNos.length === 0) return [];
  const values = [arrayText(systemNos), ...boundsOf(buckets)];
  const { rows } = await db.query({ ...SYSTEM_COUNTS[buckets.step], values });
  return dense(rows, systemNos.length, buckets);
}

/** Activations of each of these sensors of a system, bucket by bucket. The index is the primary key. */
export async function countBySensor(
  db: Queryable,
  systemNo: number,
  entityNos: readonly number[],
  buckets: Buckets,
): Promise<number[][]> {
  if (entityNos.length === 0) return [];
  const values = [systemNo, ...boundsOf(buckets), arrayText(entityNos)];
  const { rows } = await db.query({ ...SENSOR_COUNTS[buckets.step], values });
  return dense(rows, entityNos.length, buckets);
}

function boundsOf({ sinceUs, step, count }: Buckets): number[] {
  return [sinceUs, sinceUs + count * STEP_US[step]];
}

/** Two lists of the same length. */
type CountRow = { place: number; seconds: string; fired_counts: string };

function dense(
  rows: readonly CountRow[],
  series: number,
  { sinceUs, step, count }: Buckets,
): number[][] {
  const counts = Array.from({ length: series }, () => new Array<number>(count).fill(0));
  for (const { place, seconds, fired_counts: fired } of rows) {
    const one = counts[place - 1];
    const numbers = JSON.parse(fired) as number[];
    for (const [index, second] of (JSON.parse(seconds) as number[]).entries()) {
      const bucket = Math.floor((second * 1_000_000 - sinceUs) / STEP_US[step]);
      if (one && bucket >= 0 && bucket < count) one[bucket] = numbers[index] ?? 0;
    }
  }
  return counts;
}
