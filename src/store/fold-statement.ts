/** Most records that one transaction numbers: about a second of full load. */
const MAX_RECORDS = 2_000;

/**
 * And most of their rows and signs of life, by what system_nos and presence take: about 100,000 rows. What waits after an
 * outage would else be more than the database has time for, at each attempt.
 */
const MAX_KEY_BYTES = 800_000;

/** On which channel readers are told that the feed has grown. */
const FEED_CHANNEL = "slimmer_feed";

/** About what a record takes beside its arrays: its row, its places in the indexes. */
const RECORD_BYTES = 250;

/** Most ranges of numbers that are kept of a run; see CUT. */
const MAX_SEQ_RANGES = 2_000;

const HOUR_US = 3_600_000_000;

/** The system_no of the sums over all systems in system_hourly. */
const ALL_SYSTEMS = 0;

/**
 * Everything in one statement and one transaction: records are numbered and added up, or neither. Sums, minima, maxima and
 * sets alone, so the order of the records does not matter. Rows are written in key order. last_seen_at is the latest
 * receipt of a whole record: later than that of a system's own rows by less than a flush takes to fill.
 *
 * A stretch is a part of a record's rows whose numbers follow one another. Clients count, and flushes keep the order of
 * ids, so there are few. Nearly all records name them; in the others they are found without a sort.
 */
export const FOLD = {
  name: "fold",
  text: `
  with waiting as materialized (
    select
      array_agg(place order by fold_id) filter (where fits) as places,
      array_agg(fold_id order by fold_id) filter (where fits) as fold_ids,
      not coalesce(bool_and(fits), true) as is_cut
    from (
      select
        place,
        fold_id,
        row_number() over in_order <= ${MAX_RECORDS} and sum(size) over in_order - size < ${MAX_KEY_BYTES} as fits
      from (
        select
          ctid as place,
          fold_id,
          pg_column_size(system_nos) + coalesce(pg_column_size(presence), 0) as size
        from fold_records
        where feed_no is null
        order by fold_id
        limit ${MAX_RECORDS} + 1
      ) as oldest
      window in_order as (order by fold_id rows unbounded preceding)
    ) as sized
  ),
  taken as materialized (
    update fold_records
    set
      feed_no = (select last_no from feed_state) + width_bucket(fold_id, (select fold_ids from waiting)),
      folded_at = clock_timestamp(),
      bytes = ${sizeOnDisk()}
    where ctid = any ((select places from waiting)::tid[])
    returning feed_no, bytes, created_at, received_at, system_nos, run_nos, entity_nos, seqs, shown_us, stretches, presence
  ),
  moved as (
    update feed_state
    set last_no = grown.last_no, bytes = feed_state.bytes + grown.bytes
    from (select max(feed_no) as last_no, sum(bytes) as bytes from taken having count(*) > 0) as grown
  ),
  sums as (
    select
      fired.system_no,
      fired.run_no,
      fired.entity_no,
      fired.shown_us / ${HOUR_US} as hours,
      count(*) as fired_count,
      count(*) - count(nullif(fired.seq, 0)) as uncounted,
      min(fired.shown_us) as first_us,
      max(fired.shown_us) as last_us,
      max(taken.received_at) as received_at
    from taken
    cross join lateral unnest(taken.system_nos, taken.run_nos, taken.entity_nos, taken.shown_us, taken.seqs)
      as fired (system_no, run_no, entity_no, shown_us, seq)
    group by 1, 2, 3, 4
  ),
  hours as materialized (
    select
      system_no,
      run_no,
      entity_no,
      timestamptz 'epoch' + hours * interval '1 hour' as hour,
      fired_count,
      uncounted,
      timestamptz 'epoch' + first_us * interval '1 microsecond' as first_fired_at,
      timestamptz 'epoch' + last_us * interval '1 microsecond' as last_fired_at,
      received_at
    from sums
  ),
  counted as (
    insert into activations_hourly as kept (system_no, entity_no, hour, fired_count)
    select system_no, entity_no, hour, sum(fired_count) from hours
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (system_no, entity_no, hour) do update
    set fired_count = kept.fired_count + excluded.fired_count
  ),
  counted_in_all as (
    insert into system_hourly as kept (system_no, hour, fired_count)
    select case when grouping(system_no) = 0 then system_no else ${ALL_SYSTEMS} end, hour, sum(fired_count) from hours
    group by grouping sets ((system_no, hour), (hour))
    order by 1, 2
    on conflict (system_no, hour) do update
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
  run_sensors as (
    insert into run_sensor_state as kept (system_no, run_no, entity_no, first_fired_at, last_fired_at, fired_count)
    select system_no, run_no, entity_no, min(first_fired_at), max(last_fired_at), sum(fired_count)
    from hours
    where run_no is not null
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (system_no, run_no, entity_no) do update
    set
      first_fired_at = least(kept.first_fired_at, excluded.first_fired_at),
      last_fired_at = greatest(kept.last_fired_at, excluded.last_fired_at),
      fired_count = kept.fired_count + excluded.fired_count
  ),
  counters as (
    select fired.system_no, fired.run_no, fired.seq
    from taken
    cross join lateral unnest(taken.system_nos, taken.run_nos, taken.seqs) as fired (system_no, run_no, seq)
    where taken.stretches is null and fired.seq > 0 and fired.run_no is not null
  ),
  steps as (
    select
      system_no,
      run_no,
      seq,
      (
        system_no = lag(system_no) over in_order
        and run_no = lag(run_no) over in_order
        and seq = lag(seq) over in_order + 1
      ) is not true as begins
    from counters
    window in_order as ()
  ),
  stretched as (
    select system_no, run_no, seq, count(*) filter (where begins) over (rows unbounded preceding) as stretch from steps
  ),
  stretches as (
    select system_no, run_no, int8range(min(seq), max(seq), '[]') as seqs
    from stretched
    group by system_no, run_no, stretch
    union all
    select named.s, named.r, int8range(named.f, named.l, '[]')
    from taken
    cross join lateral jsonb_to_recordset(taken.stretches) as named (s bigint, r integer, f bigint, l bigint)
  ),
  numbers as (
    select system_no, run_no, range_agg(seqs) as seqs from stretches group by 1, 2
  ),
  seen as materialized (
    select seen.system_no, seen.run_no, seen.seen_at, seen.sent, seen.spooled, seen.lost
    from taken
    cross join lateral jsonb_to_recordset(taken.presence)
      as seen (system_no bigint, run_no integer, seen_at timestamptz, sent bigint, spooled bigint, lost bigint)
  ),
  run_reports as (
    select distinct on (system_no, run_no) system_no, run_no, seen_at, sent, spooled, lost
    from seen
    where sent is not null and run_no is not null
    order by system_no, run_no, seen_at desc
  ),
  run_sums as (
    select
      system_no,
      run_no,
      sum(fired_count) as fired_count,
      sum(uncounted) as uncounted,
      min(first_fired_at) as first_fired_at,
      max(last_fired_at) as last_fired_at
    from hours
    where run_no is not null
    group by 1, 2
  ),
  runs as (
    insert into run_state as kept (
      system_no, run_no, fired_count, uncounted, seqs, first_fired_at, last_fired_at,
      client_sent, client_spooled, client_lost, client_reported_at
    )
    select
      system_no,
      run_no,
      coalesce(run_sums.fired_count, 0),
      coalesce(run_sums.uncounted, 0),
      coalesce(numbers.seqs, '{}'),
      run_sums.first_fired_at,
      run_sums.last_fired_at,
      run_reports.sent,
      run_reports.spooled,
      run_reports.lost,
      run_reports.seen_at
    from run_sums
    full join run_reports using (system_no, run_no)
    left join numbers using (system_no, run_no)
    order by 1, 2
    on conflict (system_no, run_no) do update
    set
      fired_count = kept.fired_count + excluded.fired_count,
      uncounted = kept.uncounted + excluded.uncounted,
      seqs = case
        when kept.seqs_cut is null then kept.seqs + excluded.seqs
        else ${cutAt("kept.seqs + excluded.seqs", "kept.seqs_cut")}
      end,
      first_fired_at = least(kept.first_fired_at, excluded.first_fired_at),
      last_fired_at = greatest(kept.last_fired_at, excluded.last_fired_at),
      ${latestReport()}
    returning kept.seqs
  ),
  reports as (
    select distinct on (system_no) system_no, seen_at, sent, spooled, lost
    from seen
    where sent is not null
    order by system_no, seen_at desc
  ),
  facts as (
    select
      system_no,
      max(received_at) as seen_at,
      null::timestamptz as pinged_at,
      max(last_fired_at) as fired_at,
      sum(fired_count) as fired_count
    from hours
    group by 1
    union all
    select system_no, max(seen_at), max(seen_at), null, 0
    from seen
    group by 1
  ),
  systems as (
    insert into system_state as kept (
      system_no, last_seen_at, last_pinged_at, last_fired_at, fired_count,
      client_sent, client_spooled, client_lost, client_reported_at
    )
    select
      facts.system_no,
      max(facts.seen_at),
      max(facts.pinged_at),
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
      last_pinged_at = greatest(kept.last_pinged_at, excluded.last_pinged_at),
      last_fired_at = greatest(kept.last_fired_at, excluded.last_fired_at),
      fired_count = kept.fired_count + excluded.fired_count,
      ${latestReport()}
  )
  select
    count(*) as records,
    coalesce(sum(cardinality(taken.system_nos)), 0) as rows,
    (select is_cut from waiting) as more,
    coalesce(extract(epoch from clock_timestamp() - min(taken.created_at)), 0)::float8 as lag_seconds,
    (select coalesce(bool_or(${isHoley("runs.seqs")}), false) from runs) as has_holey_runs,
    case when count(*) > 0 then pg_notify('${FEED_CHANNEL}', max(taken.feed_no)::text)::text end as told
  from taken`,
};

/**
 * A client that sends only even numbers would make its run's set of numbers ever larger, and every fold dearer. A set of
 * more than 2,000 ranges is cut in half: numbers from seqs_cut on are not kept any more, but for the highest. What is below
 * stays right, and fired_count goes on counting all.
 */
export const CUT = {
  name: "fold_cut",
  text: `
  update run_state
  set seqs = ${cutAt("run_state.seqs", "holey.cut")}, seqs_cut = holey.cut
  from (
    select
      system_no,
      run_no,
      (
        select upper(kept.seqs)
        from unnest(run_state.seqs) as kept (seqs)
        order by 1
        offset ${MAX_SEQ_RANGES} / 2 - 1
        limit 1
      ) as cut
    from run_state
    where ${isHoley("run_state.seqs")}
  ) as holey
  where run_state.system_no = holey.system_no and run_state.run_no = holey.run_no`,
};

/** What is left of a set of numbers when it is cut: what lies below, and its highest number. */
function cutAt(seqs: string, cut: string): string {
  const highest = `upper(${seqs}) - 1`;
  return `((${seqs}) * int8multirange(int8range(null, ${cut}))) + int8multirange(int8range(${highest}, ${highest}, '[]'))`;
}

/** A range takes 20 bytes, well compressed a hundredth of that: a look at the size spares counting small sets. */
function isHoley(seqs: string): string {
  return `(pg_column_size(${seqs}) > ${MAX_SEQ_RANGES / 5} and (select count(*) from unnest(${seqs})) > ${MAX_SEQ_RANGES})`;
}

/** Without reading the arrays: what lies outside the row is measured by its pointer. */
function sizeOnDisk(): string {
  const columns = [
    "system_nos",
    "run_nos",
    "entity_nos",
    "activation_ids",
    "seqs",
    "shown_us",
    "occurred_us",
    "received_us",
    "flags",
    "attributes",
    "stretches",
    "presence",
  ];
  const sizes = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`);
  return `${RECORD_BYTES} + ${sizes.join(" + ")}`;
}

/** The client's latest account of itself wins, whenever it is folded. */
function latestReport(): string {
  const isNewer = "excluded.client_reported_at > coalesce(kept.client_reported_at, '-infinity')";
  const columns = ["client_sent", "client_spooled", "client_lost"];
  const settings = columns.map(
    (column) => `${column} = case when ${isNewer} then excluded.${column} else kept.${column} end`,
  );
  return `${settings.join(", ")},
      client_reported_at = greatest(kept.client_reported_at, excluded.client_reported_at)`;
}
