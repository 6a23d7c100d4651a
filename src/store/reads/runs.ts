import type { Queryable } from "../queryable.ts";
import { arrayText } from "./array-text.ts";
import { usOf } from "./micros.ts";

/** A run as its rows say it; times are Unix microseconds, null for what never was. */
export type RunRow = {
  system_no: number;
  system_id: string;
  run_no: number;
  run_id: string;
  is_current: boolean;
  started_us: number;
  received_us: number;
  clock_suspect: boolean;
  ended_us: number | null;
  end_reason: string | null;
  superseded_us: number | null;
  client_name: string;
  client_version: string;
  client_host: string;
  labels: Record<string, string>;
  silent_after_ms: number | null;
  previous_run_id: string | null;
  registered_count: number;
  fired_sensor_count: number;
  unregistered_count: number;
  fired_count: number | null;
  uncounted: number | null;
  first_fired_us: number | null;
  last_fired_us: number | null;
  client_sent: number | null;
  client_spooled: number | null;
  client_lost: number | null;
  reported_us: number | null;
  received: number;
  expected: number;
  /** Of numbers so full of holes not all are kept: gaps are known up to a number only. */
  is_cut: boolean;
  gap_firsts: string[] | null;
  gap_lasts: string[] | null;
};

export type RunKey = { systemNo: number; runNo: number };

/**
 * Runs with what they did. $1 and $2 which, in their order; $3 how many gaps to tell of each. Every table is entered by its
 * primary key, once for each run.
 */
export const RUNS = {
  name: "read_runs",
  text: `
  select
    run.system_no,
    systems.system_id,
    run.run_no,
    run.run_id,
    coalesce(system_state.current_run_no = run.run_no, false) as is_current,
    ${usOf("run.started_at")} as started_us,
    ${usOf("run.received_at")} as received_us,
    run.clock_suspect,
    ${usOf("run.ended_at")} as ended_us,
    run.end_reason,
    ${usOf("run.superseded_at")} as superseded_us,
    run.client_name,
    run.client_version,
    run.client_host,
    run.labels,
    run.silent_after_ms,
    previous.run_id as previous_run_id,
    coalesce(list.sensors, 0) as registered_count,
    sensors.registered as fired_sensor_count,
    sensors.unregistered as unregistered_count,
    did.fired_count,
    did.uncounted,
    ${usOf("did.first_fired_at")} as first_fired_us,
    ${usOf("did.last_fired_at")} as last_fired_us,
    did.client_sent,
    did.client_spooled,
    did.client_lost,
    ${usOf("did.client_reported_at")} as reported_us,
    numbers.received,
    numbers.expected,
    numbers.is_cut,
    gaps.firsts as gap_firsts,
    gaps.lasts as gap_lasts
  from unnest($1::bigint[], $2::integer[]) with ordinality as wanted (system_no, run_no, place)
  cross join lateral (
    select *
    from runs
    where runs.system_no = wanted.system_no and runs.run_no = wanted.run_no
    limit 1
  ) as run
  join systems on systems.system_no = wanted.system_no
  left join system_state on system_state.system_no = wanted.system_no
  left join lateral (
    select runs.run_id
    from runs
    where runs.system_no = run.system_no and runs.run_no = run.previous_run_no
    limit 1
  ) as previous on true
  left join lateral (
    select cardinality(manifests.entity_nos) as sensors
    from manifests
    where manifests.system_no = run.system_no and manifests.manifest_hash = run.manifest_hash
    limit 1
  ) as list on true
  left join lateral (
    select *
    from run_state
    where run_state.system_no = run.system_no and run_state.run_no = run.run_no
    limit 1
  ) as did on true
  cross join lateral (
    select
      count(*) filter (where noted.entity_no is null) as registered,
      count(noted.entity_no) as unregistered
    from run_sensor_state
    left join unregistered_entities as noted
      on noted.system_no = run_sensor_state.system_no
      and noted.run_no = run_sensor_state.run_no
      and noted.entity_no = run_sensor_state.entity_no
    where run_sensor_state.system_no = run.system_no and run_sensor_state.run_no = run.run_no
  ) as sensors
  cross join lateral (
    select
      case
        when did.seqs_cut is null then coalesce(sum(upper(stored) - lower(stored)), 0)
        else did.fired_count - did.uncounted
      end::bigint as received,
      coalesce(upper(did.seqs) - 1, 0) as expected,
      did.seqs_cut is not null as is_cut
    from unnest(did.seqs) as stored
  ) as numbers
  cross join lateral (
    select array_agg(lower(gap)) as firsts, array_agg(upper(gap) - 1) as lasts
    from (
      select gap
      from unnest(
        case when $3 > 0 and did.seqs <> '{}'
          then int8multirange(int8range(1, coalesce(did.seqs_cut, upper(did.seqs)))) - did.seqs
        end
      ) as gap
      limit $3::integer + 1
    ) as lowest
  ) as gaps
  order by wanted.place`,
};

/** These runs, in their order; of each, up to one more than `maxGaps` of its gaps, the lowest first. */
export async function readRuns(
  db: Queryable,
  keys: readonly RunKey[],
  maxGaps: number,
): Promise<RunRow[]> {
  if (keys.length === 0) return [];
  const values = [
    arrayText(keys.map(({ systemNo }) => systemNo)),
    arrayText(keys.map(({ runNo }) => runNo)),
    maxGaps,
  ];
  return (await db.query({ ...RUNS, values })).rows;
}

/** Most sensors that one page of runs counts, about: some tens of milliseconds. */
const MAX_COUNTED = 200_000;

export const RUN_SIZES = {
  name: "read_run_sizes",
  text: `
    with wanted as materialized (
      select runs.run_no, runs.manifest_hash
      from runs
      where runs.system_no = $1 and runs.run_no = any ($2::integer[])
    ),
    lists as materialized (
      select used.manifest_hash, cardinality(manifests.entity_nos) as sensors
      from (select distinct wanted.manifest_hash from wanted) as used
      join manifests on manifests.system_no = $1 and manifests.manifest_hash = used.manifest_hash
    )
    select wanted.run_no, coalesce(lists.sensors, 0) as sensors
    from wanted
    left join lists on lists.manifest_hash = wanted.manifest_hash
    order by wanted.run_no desc`,
};

/**
 * As many of these runs of a system, from the latest on, as one page may have: what a run's sensors did is counted for each
 * of them, and their lists say how many there may be. One at least.
 */
export async function runsOfOnePage(
  db: Queryable,
  systemNo: number,
  runNos: readonly number[],
): Promise<number[]> {
  const { rows } = await db.query({ ...RUN_SIZES, values: [systemNo, arrayText(runNos)] });
  let sensors = 0;
  const kept: number[] = [];
  for (const row of rows as { run_no: number; sensors: number }[]) {
    if (sensors >= MAX_COUNTED) break;
    sensors += row.sensors;
    kept.push(row.run_no);
  }
  return kept;
}

/** Most runs that one page looks through for a sensor. */
const MAX_SCANNED = 5_000;

export const RUN_NUMBERS = {
  name: "read_run_numbers",
  text: `
    select run_no
    from runs
    where system_no = $1 and run_no < $2
    order by run_no desc
    limit $3`,
};

/** The numbers of a system's runs below `beforeNo`, the latest first. The index is the primary key. */
export async function listRunNumbers(
  db: Queryable,
  { systemNo, beforeNo, limit }: { systemNo: number; beforeNo: number; limit: number },
): Promise<number[]> {
  const { rows } = await db.query({ ...RUN_NUMBERS, values: [systemNo, beforeNo, limit] });
  return rows.map((row) => row.run_no);
}

/**
 * The same, of runs whose list has this sensor. Looks through so many at most; `scannedTo` is the lowest that it looked at,
 * or undefined when there are no more.
 */
export async function listRunNumbersOf(
  db: Queryable,
  place: { systemNo: number; beforeNo: number; limit: number },
  { category, name, identity }: { category: string; name: string; identity: string },
): Promise<{ runNos: number[]; scannedTo: number | undefined }> {
  const { rows } = await db.query({
    name: "read_run_numbers_of_sensor",
    text: `
    with scanned as materialized (
      select runs.run_no, runs.manifest_hash
      from runs
      where runs.system_no = $1 and runs.run_no < $2
      order by runs.run_no desc
      limit ${MAX_SCANNED}
    ),
    lists as materialized (
      select manifests.manifest_hash
      from entities
      cross join (select distinct scanned.manifest_hash from scanned) as used
      join manifests
        on manifests.system_no = $1
        and manifests.manifest_hash = used.manifest_hash
        and manifests.entity_nos @> array[entities.entity_no]
      where entities.system_no = $1
        and entities.category = $4 and entities.name = $5 and entities.identity = $6
    )
    select
      array(
        select scanned.run_no
        from scanned
        where scanned.manifest_hash in (select manifest_hash from lists)
        order by scanned.run_no desc
        limit $3
      ) as run_nos,
      case when (select count(*) from scanned) = ${MAX_SCANNED} then (select min(run_no) from scanned) end as scanned_to`,
    values: [place.systemNo, place.beforeNo, place.limit, category, name, identity],
  });
  return { runNos: rows[0].run_nos, scannedTo: rows[0].scanned_to ?? undefined };
}

/**
 * Runs whose ids lie between two, the latest ids first: one look into each system's index, so it costs the same for any number
 * of runs.
 */
export async function searchRuns(
  db: Queryable,
  { from, to, limit }: { from: string; to: string; limit: number },
): Promise<{ system_id: string; run_id: string; started_us: number }[]> {
  const { rows } = await db.query({
    name: "search_runs",
    text: `
    select systems.system_id, found.run_id, ${usOf("found.started_at")} as started_us
    from systems
    cross join lateral (
      select runs.run_id, runs.started_at
      from runs
      where runs.system_no = systems.system_no and runs.run_id >= $1 and runs.run_id <= $2
      order by runs.run_id desc
      limit $3
    ) as found
    order by found.run_id desc, systems.system_id
    limit $3`,
    values: [from, to, limit],
  });
  return rows;
}
