import { LOCK_SPACE, LOCKS } from "../locks.ts";
import type { Queryable } from "../queryable.ts";
import { MIGRATIONS_TABLE } from "../schema.ts";
import { ALL_SYSTEMS } from "./hours.ts";
import { DAY_US, momentOf, usOf } from "./micros.ts";

export type PartitionSize = {
  /** As in its name: YYYYMMDD. */
  day: string;
  bytes: number;
};

/** Every partition of activations, the newest first, with the sizes of its files. */
export async function listPartitionSizes(db: Queryable): Promise<PartitionSize[]> {
  const { rows } = await db.query({
    name: "read_partition_sizes",
    text: `
    select
      right(child.relname, 8) as day,
      coalesce(pg_total_relation_size(child.oid), 0)::bigint as bytes
    from pg_inherits
    join pg_class as child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'activations'::regclass
    order by child.relname desc`,
  });
  return rows;
}

/** From so many strays on, their number is PostgreSQL's estimate. */
const MAX_COUNTED_STRAYS = 10_000;

export type DatabaseFacts = {
  bytes: number;
  version: string;
  lowerMs: number | null;
  upperMs: number | null;
  strayRows: number;
  strayBytes: number;
  schemaVersion: string | null;
  migratedUs: number | null;
  foldLagUs: number;
};

export async function readDatabaseFacts(db: Queryable): Promise<DatabaseFacts> {
  const { rows } = await db.query({
    name: "read_database_facts",
    text: `
    select
      pg_database_size(current_database()) as bytes,
      current_setting('server_version') as version,
      bounds.lower_ms as "lowerMs",
      bounds.upper_ms as "upperMs",
      case
        when strays.counted <= ${MAX_COUNTED_STRAYS} then strays.counted
        else greatest(strays.counted, (select reltuples::bigint from pg_class where oid = 'stray_activations'::regclass))
      end as "strayRows",
      pg_total_relation_size('stray_activations'::regclass) as "strayBytes",
      migration.name as "schemaVersion",
      ${usOf("migration.migration_time")} as "migratedUs",
      greatest(0, ${usOf("clock_timestamp() - waiting.oldest_at")}) as "foldLagUs"
    from (
      select count(*) as counted
      from (select from stray_activations limit ${MAX_COUNTED_STRAYS + 1}) as found
    ) as strays
    cross join (select min(created_at) as oldest_at from fold_records where feed_no is null) as waiting
    left join partition_bounds as bounds on true
    left join lateral (
      select name, migration_time from ${MIGRATIONS_TABLE} order by id desc limit 1
    ) as migration on true`,
  });
  return rows[0];
}

export type DailyRows = { dayUs: number; rows: number };

/** Activations by the day of UTC that they are shown at, from the counts of all systems: an hour's row for each hour. */
export async function listDailyRows(
  db: Queryable,
  { sinceUs, untilUs }: { sinceUs: number; untilUs: number },
): Promise<DailyRows[]> {
  const { rows } = await db.query({
    name: "read_daily_rows",
    text: `
    select
      floor(date_part('epoch', hour) / 86400)::bigint * ${DAY_US} as "dayUs",
      sum(fired_count)::bigint as rows
    from system_hourly
    where (system_no, hour) >= (${ALL_SYSTEMS}, ${momentOf("$1")})
      and (system_no, hour) < (${ALL_SYSTEMS}, ${momentOf("$2")})
    group by 1`,
    values: [sinceUs, untilUs],
  });
  return rows;
}

/** The first hour that has any activation. */
export async function readFirstHour(db: Queryable): Promise<number | null> {
  const { rows } = await db.query({
    name: "read_first_hour",
    text: `select ${usOf("min(hour)")} as "firstHourUs" from system_hourly where system_no = ${ALL_SYSTEMS}`,
  });
  return rows[0].firstHourUs;
}

/** Of the newest records of the feed, so many are looked at for their rows, and so many rows. */
const LAG_RECORDS = 200;
const LAG_ROWS = 1_000;

export type Lags = {
  arrivalMedianUs: number | null;
  arrivalP99Us: number | null;
  commitMedianUs: number | null;
  commitP99Us: number | null;
};

/**
 * How late the latest activations came, and how long they took to be stored. Those of a wrong clock say nothing of the first.
 * The index is fold_records_feed, backwards.
 */
export const LAGS = {
  name: "read_lags",
  text: `
  select
    (arrival.part)[1] as "arrivalMedianUs",
    (arrival.part)[2] as "arrivalP99Us",
    (stored.part)[1] as "commitMedianUs",
    (stored.part)[2] as "commitP99Us"
  from (
    select
      percentile_disc(array[0.5, 0.99]) within group (order by latest.arrival_us)
        filter (where latest.flags & 2 = 0) as part,
      percentile_disc(array[0.5, 0.99]) within group (order by latest.commit_us) as stored_part
    from (
      select
        greatest(0, timed.received_us - timed.occurred_us)::float8 as arrival_us,
        greatest(0, timed.stored_us - timed.received_us)::float8 as commit_us,
        timed.flags
      from (
        select
          coalesce(fired.received_us, ${usOf("record.received_at")}) as received_us,
          coalesce(fired.occurred_us, fired.shown_us) as occurred_us,
          ${usOf("record.created_at")} as stored_us,
          coalesce(fired.flags, 0) as flags
        from (
          select *
          from fold_records
          where feed_no is not null
          order by feed_no desc
          limit ${LAG_RECORDS}
        ) as record
        cross join lateral unnest(record.shown_us, record.occurred_us, record.received_us, record.flags)
          as fired (shown_us, occurred_us, received_us, flags)
        limit ${LAG_ROWS}
      ) as timed
    ) as latest
  ) as arrival
  cross join lateral (select arrival.stored_part as part) as stored`,
};

export async function readLags(db: Queryable): Promise<Lags> {
  const { rows } = await db.query(LAGS);
  return rows[0];
}

const RATE_RECORDS = 1_000;
const RATE_SECONDS = 60;

/**
 * Activations a second of the last minute; under a load that fills so many records sooner, of the time that these cover. The
 * index is fold_records_feed, backwards.
 */
export const RATE = {
  name: "read_rate",
  text: `
  select
    case
      when count(*) filter (where not is_recent) > 0 or count(*) < ${RATE_RECORDS}
        then coalesce(sum(rows) filter (where is_recent), 0) / ${RATE_SECONDS}.0
      else sum(rows) / greatest(0.001, extract(epoch from clock_timestamp() - min(created_at)))
    end::float8 as rate
  from (
    select
      cardinality(system_nos) as rows,
      created_at,
      created_at > clock_timestamp() - interval '${RATE_SECONDS} seconds' as is_recent
    from fold_records
    where feed_no is not null
    order by feed_no desc
    limit ${RATE_RECORDS}
  ) as latest`,
};

export async function readRate(db: Queryable): Promise<number> {
  const { rows } = await db.query(RATE);
  return rows[0].rate;
}

export type ConnectionFacts = {
  /** "slimmer", the program, its version, and what the connection is for. */
  name: string;
  address: string;
  connectedUs: number;
  leads: boolean;
};

/** Connections of slimmer to this database, and which of them holds the keeper's lead. */
export async function listConnections(db: Queryable): Promise<ConnectionFacts[]> {
  const { rows } = await db.query({
    name: "read_connections",
    text: `
    select
      activity.application_name as name,
      coalesce(host(activity.client_addr), '') as address,
      ${usOf("activity.backend_start")} as "connectedUs",
      exists (
        select
        from pg_locks
        where pg_locks.pid = activity.pid
          and pg_locks.locktype = 'advisory'
          and pg_locks.granted
          and pg_locks.classid = $1::bigint::oid
          and pg_locks.objid = $2::bigint::oid
      ) as leads
    from pg_stat_activity as activity
    where activity.datname = current_database() and activity.application_name like 'slimmer %'`,
    values: [LOCK_SPACE, LOCKS.keeper],
  });
  return rows;
}
