import type pg from "pg";

/** How much a database holds. */
export type HistorySize = {
  readonly systems: number;
  readonly sensors: number;
  readonly activations: number;
};

/** As long as activations are kept by default, less a day for the clock to move on. */
export const DAYS = 89;
/** Of each system. */
export const RUNS = 5;
/** The newest activations, which the feed still has. */
export const FEED_ROWS = 2_000;
/** One of so many systems is silent. */
const SILENT_ONE_OF = 50;

/** How many systems are down; the others are up. */
export function silentSystems({ systems }: HistorySize): number {
  return Math.floor(systems / SILENT_ONE_OF);
}

const ROWS_PER_RECORD = 100;
/** Rows of one statement: enough for speed, few enough to tell how far it is. */
const STRIDE = 1_000_000;
/** Shares no factor with any round number: a stride that visits every system once before it visits one again. */
const PRIME = 7_919;

// What is not the same in all rows, one row of so many each; which rows, a hash says.
/** Two attributes, and one more in half of these. */
const ATTRIBUTES_ONE_OF = 5;
/** Ten minutes under way. */
const LATE_ONE_OF = 40;
/** A device whose clock was more than a year behind. */
const SUSPECT_ONE_OF = 500;
const CLOCK_SUSPECT = 2;
/** The time at which a row is shown and counted. */
const SHOWN_AT = `case when flags & ${CLOCK_SUSPECT} = 0 then occurred_at else received_at end`;

/**
 * Fills a migrated, empty database as if slimmer had run for months: systems with a few runs each, activations spread
 * evenly over the days, some with attributes, late, or with a suspect clock, and everything that the folder would have made
 * of them. Inside PostgreSQL, because rows that came over the wire would take an hour.
 */
export async function fillHistory(
  db: pg.Client,
  { systems, sensors, activations }: HistorySize,
  say: (line: string) => void,
): Promise<void> {
  const perSystem = Math.ceil(sensors / systems);
  await db.query("set synchronous_commit = off");
  await db.query(
    "insert into systems (system_id) select 'site-' || lpad(n::text, 5, '0') from generate_series(1, $1::int) as n",
    [systems],
  );
  await db.query(
    `insert into entities (system_no, entity_no, category, name, identity)
    select system_no, n, (array['door', 'motion', 'smoke', 'tamper', 'window'])[1 + n % 5], 'room ' || n, 'id-' || n
    from systems, generate_series(1, $1::int) as n`,
    [perSystem],
  );
  await db.query(
    `insert into manifests (system_no, manifest_hash, entity_nos)
    select system_no, '\\x01', array(select generate_series(1, $1::int)) from systems`,
    [perSystem],
  );
  await db.query(
    `insert into runs (
      system_no, run_no, run_id, manifest_hash, previous_run_no, started_at, clock_suspect, received_at, superseded_at,
      client_name, client_version, client_host, labels, silent_after_ms
    )
    select
      system_no, n, gen_random_uuid(), '\\x01', nullif(n - 1, 0), began, false, began,
      case when n < $2 then began + $1::int * interval '1 day' / $2 end,
      'bench', '1', 'here', '{"site": "bench"}', 180000
    from systems, generate_series(1, $2::int) as n,
      lateral (select now() - $1::int * interval '1 day' * (1 - (n - 1)::float8 / $2) as began) as times`,
    [DAYS, RUNS],
  );
  for (let first = 0; first < activations; first += STRIDE) {
    const end = Math.min(activations, first + STRIDE);
    await insertActivations(db, { first, end, activations, systems, perSystem });
    if (activations > STRIDE) say(`history  ${end.toLocaleString("en")} activations`);
  }
  await addUp(db);
  await db.query("vacuum (analyze)");
  await db.query("checkpoint");
  say(`history  ${activations.toLocaleString("en")} activations are ready`);
}

async function insertActivations(
  db: pg.Client,
  part: { first: number; end: number; activations: number; systems: number; perSystem: number },
): Promise<void> {
  const { first, end, activations, systems, perSystem } = part;
  await db.query(
    `insert into activations (
      system_no, activation_id, run_no, entity_no, seq, occurred_at, received_at, flags, attributes
    )
    select
      1 + i * ${PRIME} % $4::bigint,
      (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || substr(noise, 1, 3) || '-a' || substr(noise, 4, 3) || '-' || substr(noise, 7, 12))::uuid,
      1 + i * ${RUNS} / $3::bigint,
      1 + abs(hashint8(i)::bigint) % $5::bigint,
      1 + i / $4::bigint - (i * ${RUNS} / $3::bigint) * $3::bigint / ${RUNS} / $4::bigint,
      case when is_suspect then at - interval '400 days' else at end,
      case when is_late then least(at + interval '10 minutes', now()) else at + interval '200 ms' end,
      case when is_suspect then ${CLOCK_SUSPECT} else 0 end,
      case when dice % ${ATTRIBUTES_ONE_OF} = 0 then (
        '{"battery": "' || dice % 101 || ' %", "firmware": "2.4.' || dice % 7
        || case when dice % ${2 * ATTRIBUTES_ONE_OF} = 0 then '", "signal": "-' || 40 + dice / 7 % 60 || ' dBm"}' else '"}' end
      )::jsonb end
    from generate_series($1::bigint, $2::bigint - 1) as i,
      lateral (select now() - ${DAYS} * interval '1 day' * (1 - i::float8 / $3::bigint) as at) as times,
      lateral (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as hex, md5(i::text) as noise) as texts,
      lateral (select ('x' || substr(noise, 20, 7))::bit(28)::integer as dice) as throws,
      lateral (select dice / 1000 % ${LATE_ONE_OF} = 0 as is_late, dice / 100000 % ${SUSPECT_ONE_OF} = 0 as is_suspect) as kinds`,
    [first, end, activations, systems, perSystem],
  );
}

/** What the folder keeps. */
async function addUp(db: pg.Client): Promise<void> {
  await db.query("set work_mem = '512MB'");
  await db.query(
    `insert into activations_hourly
    select system_no, entity_no, date_trunc('hour', ${SHOWN_AT}, 'UTC'), count(*) from activations group by 1, 2, 3`,
  );
  await db.query(
    `insert into system_hourly select system_no, hour, sum(fired_count) from activations_hourly group by 1, 2`,
  );
  await db.query(
    "insert into system_hourly select 0, hour, sum(fired_count) from system_hourly group by 2",
  );
  await db.query(
    `insert into run_sensor_state
    select system_no, run_no, entity_no, min(${SHOWN_AT}), max(${SHOWN_AT}), count(*) from activations group by 1, 2, 3`,
  );
  await db.query(
    `insert into sensor_state
    select system_no, entity_no, min(first_fired_at), max(last_fired_at), sum(fired_count)
    from run_sensor_state
    group by 1, 2`,
  );
  await db.query(
    `insert into run_state (system_no, run_no, fired_count, seqs, first_fired_at, last_fired_at)
    select system_no, run_no, count(*), range_agg(int8range(seq, seq, '[]')), min(${SHOWN_AT}), max(${SHOWN_AT})
    from activations
    group by 1, 2`,
  );
  // Most are up; a few have been silent for a while.
  await db.query(
    `insert into system_state (system_no, current_run_no, last_seen_at, last_pinged_at, last_fired_at, fired_count)
    select system_no, $1::int, seen, seen, last_fired_at, fired_count
    from (
      select system_no, max(last_fired_at) as last_fired_at, sum(fired_count) as fired_count
      from sensor_state
      group by 1
    ) as fired,
      lateral (select case when system_no % ${SILENT_ONE_OF} = 0 then now() - interval '1 hour' else now() + interval '1 day' end as seen) as signs`,
    [RUNS],
  );
  await db.query(
    `with latest as (
      select activations.*, (row_number() over (order by activation_id) - 1) / ${ROWS_PER_RECORD} as record
      from activations
      where activation_id > coalesce(
        (select activation_id from activations order by activation_id desc offset ${FEED_ROWS} limit 1),
        '00000000-0000-0000-0000-000000000000'
      )
    )
    insert into fold_records (
      system_no, received_at, created_at, feed_no, system_nos, entity_nos, run_nos, activation_ids, seqs,
      shown_us, occurred_us, received_us, flags, attributes
    )
    select
      min(system_no), max(received_at), max(received_at), record + 1,
      array_agg(system_no order by activation_id), array_agg(entity_no order by activation_id),
      array_agg(run_no order by activation_id), array_agg(activation_id order by activation_id),
      array_agg(seq order by activation_id),
      array_agg((extract(epoch from ${SHOWN_AT}) * 1000000)::bigint order by activation_id),
      array_agg((extract(epoch from occurred_at) * 1000000)::bigint order by activation_id),
      array_agg((extract(epoch from received_at) * 1000000)::bigint order by activation_id),
      array_agg(flags order by activation_id), array_agg(attributes order by activation_id)
    from latest
    group by record`,
  );
  await db.query(
    "update feed_state set last_no = (select coalesce(max(feed_no), 0) from fold_records)",
  );
}
