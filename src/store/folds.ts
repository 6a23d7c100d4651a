import type { ClientReport } from "../domain/run.ts";
import { LOCK_SPACE, LOCKS } from "./locks.ts";
import type { Queryable } from "./queryable.ts";

/** A system's latest sign of life, and what its client said of itself. */
export type Presence = { systemNo: number; seenAtMs: number; report: ClientReport | undefined };

/** Leaves signs of life to the folder, in a record like those of stored activations. */
export async function recordPresence(db: Queryable, presences: readonly Presence[]): Promise<void> {
  const systemNo = Math.min(...presences.map((presence) => presence.systemNo));
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, entity_nos, shown_us, presence)
    values ($1, now(), '{}', '{}', '{}', $2)`,
    [systemNo, JSON.stringify(presences.map(toRecord))],
  );
}

function toRecord({ systemNo, seenAtMs, report }: Presence) {
  return { system_no: systemNo, seen_at: new Date(seenAtMs).toISOString(), ...report };
}

/** Most records that one transaction takes away: about a second of full load. */
const MAX_RECORDS = 2_000;

const HOUR_US = 3_600_000_000;

/**
 * Everything in one statement and one transaction: records are taken away and added up, or neither. Sums, minima and
 * maxima alone, so the order of the records does not matter. Rows are written in key order.
 */
const FOLD = {
  name: "fold",
  text: `
  with taken as materialized (
    delete from fold_records
    where (fold_records.system_no, fold_records.fold_id) in (
      select system_no, fold_id from fold_records limit ${MAX_RECORDS}
    )
    returning created_at, received_at, system_nos, entity_nos, shown_us, presence
  ),
  sums as (
    select
      fired.system_no,
      fired.entity_no,
      fired.shown_us / ${HOUR_US} as hours,
      count(*) as fired_count,
      min(fired.shown_us) as first_us,
      max(fired.shown_us) as last_us,
      max(taken.received_at) as received_at
    from taken
    cross join lateral unnest(taken.system_nos, taken.entity_nos, taken.shown_us) as fired (system_no, entity_no, shown_us)
    group by 1, 2, 3
  ),
  hours as materialized (
    select
      system_no,
      entity_no,
      timestamptz 'epoch' + hours * interval '1 hour' as hour,
      fired_count,
      timestamptz 'epoch' + first_us * interval '1 microsecond' as first_fired_at,
      timestamptz 'epoch' + last_us * interval '1 microsecond' as last_fired_at,
      received_at
    from sums
  ),
  counted as (
    insert into activations_hourly as kept (system_no, entity_no, hour, fired_count)
    select system_no, entity_no, hour, fired_count from hours
    order by 1, 2, 3
    on conflict (system_no, entity_no, hour) do update
    set fired_count = kept.fired_count + excluded.fired_count
  ),
  sensors as (
    insert into sensor_state as kept (system_no, entity_no, first_fired_at, last_fired_at, fired_count)
    select system_no, entity_no, min(first_fired_at), max(last_fired_at), sum(fired_count)
    from hours
    group by 1, 2
    order by 1, 2
    on conflict (system_no, entity_no) do update
    set
      first_fired_at = least(kept.first_fired_at, excluded.first_fired_at),
      last_fired_at = greatest(kept.last_fired_at, excluded.last_fired_at),
      fired_count = kept.fired_count + excluded.fired_count
  ),
  seen as (
    select seen.system_no, seen.seen_at, seen.sent, seen.spooled, seen.lost
    from taken
    cross join lateral jsonb_to_recordset(taken.presence)
      as seen (system_no bigint, seen_at timestamptz, sent bigint, spooled bigint, lost bigint)
  ),
  reports as (
    select distinct on (system_no) system_no, seen_at, sent, spooled, lost
    from seen
    where sent is not null
    order by system_no, seen_at desc
  ),
  facts as (
    select system_no, max(received_at) as seen_at, max(last_fired_at) as fired_at, sum(fired_count) as fired_count
    from hours
    group by 1
    union all
    select system_no, max(seen_at), null, 0
    from seen
    group by 1
  ),
  systems as (
    insert into system_state as kept
      (system_no, last_seen_at, last_fired_at, fired_count, client_sent, client_spooled, client_lost, client_reported_at)
    select
      facts.system_no,
      max(facts.seen_at),
      max(facts.fired_at),
      sum(facts.fired_count),
      max(reports.sent),
      max(reports.spooled),
      max(reports.lost),
      max(reports.seen_at)
    from facts
    left join reports on reports.system_no = facts.system_no
    group by 1
    order by 1
    on conflict (system_no) do update
    set
      last_seen_at = greatest(kept.last_seen_at, excluded.last_seen_at),
      last_fired_at = greatest(kept.last_fired_at, excluded.last_fired_at),
      fired_count = kept.fired_count + excluded.fired_count,
      client_sent = case when ${isNewer()} then excluded.client_sent else kept.client_sent end,
      client_spooled = case when ${isNewer()} then excluded.client_spooled else kept.client_spooled end,
      client_lost = case when ${isNewer()} then excluded.client_lost else kept.client_lost end,
      client_reported_at = greatest(kept.client_reported_at, excluded.client_reported_at)
  )
  select
    count(*) as records,
    coalesce(sum(cardinality(taken.system_nos)), 0) as rows,
    coalesce(extract(epoch from clock_timestamp() - min(taken.created_at)), 0)::float8 as lag_seconds
  from taken`,
};

function isNewer(): string {
  return "excluded.client_reported_at > coalesce(kept.client_reported_at, '-infinity')";
}

export type Folded = {
  /** False when another process was folding. */
  mine: boolean;
  records: number;
  rows: number;
  /** Age of the oldest record that was folded. */
  lagSeconds: number;
  /** More may wait: call again at once. */
  more: boolean;
};

const NOTHING: Folded = { mine: true, records: 0, rows: 0, lagSeconds: 0, more: false };

/**
 * Adds stored activations to sensor_state, activations_hourly and system_state, each exactly once. One process at a time:
 * the lock ends with the transaction. `client` must be one connection.
 */
export async function fold(client: Queryable): Promise<Folded> {
  const waiting = await client.query({
    name: "fold_waiting",
    text: "select exists (select from fold_records) as some",
  });
  if (!waiting.rows[0]?.some) return NOTHING;
  await client.query("begin");
  try {
    const lock = await client.query("select pg_try_advisory_xact_lock($1, $2) as got", [
      LOCK_SPACE,
      LOCKS.folder,
    ]);
    if (!lock.rows[0]?.got) {
      await client.query("rollback");
      return { ...NOTHING, mine: false };
    }
    const { rows } = await client.query(FOLD);
    await client.query("commit");
    const { records, rows: count, lag_seconds: lagSeconds } = rows[0];
    return { mine: true, records, rows: Number(count), lagSeconds, more: records >= MAX_RECORDS };
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}
