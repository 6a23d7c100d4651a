import type { Migration } from "../migration.ts";

/**
 * What readers need, so that no screen counts over history.
 *
 * Fold records stay for a while after they were folded, numbered in the order of their folding: they are the feed that
 * watchers follow. What they carry beside the keys is what a watcher is told. feed_state has one row: which records are
 * there, and about what they take in all. A folder of before this migration would take numbered records away and count
 * them again: none leaves before first_no has passed it.
 *
 * run_state and run_sensor_state say what a run did (seqs: which numbers of its client are stored; from seqs_cut on, where
 * it is set, only the highest), system_hourly what a system did, and with system_no 0 what all of them did.
 *
 * They are filled from what is there. The tables are locked from the first statements on, so nobody stores or folds
 * meanwhile, and what is not folded yet comes out right: its rows are in activations, from which the runs are counted, and
 * not in activations_hourly, from which the hours are; and it has no run_nos, so that it will add to the hours alone.
 *
 * An activation whose device had a wrong clock is shown at received_at, and its id says nothing about that; and some clients
 * make the id and the time apart (flag 4). Such rows, few, have indexes of their own, by the time that is shown.
 */
export const reading: Migration = {
  name: "0007_reading",
  async up(db) {
    // In the order in which the statements that store rows take their locks, so that none waits for us while we wait for it.
    await db.raw("lock table activations, stray_activations in share mode");
    await db.raw(`
      alter table fold_records
        add column feed_no bigint,
        add column folded_at timestamptz,
        add column bytes bigint,
        add column run_nos integer[],
        add column activation_ids uuid[],
        add column seqs bigint[],
        add column occurred_us bigint[],
        add column received_us bigint[],
        add column flags smallint[],
        add column attributes jsonb[],
        add column stretches jsonb`);
    for (const column of [
      "run_nos",
      "activation_ids",
      "seqs",
      "occurred_us",
      "received_us",
      "flags",
    ]) {
      await db.raw(`alter table fold_records alter column ${column} set storage external`);
    }
    await db.raw(
      `create index fold_records_feed on fold_records (feed_no) where feed_no is not null`,
    );
    await db.raw(
      `create index fold_records_waiting on fold_records (fold_id) where feed_no is null`,
    );
    // Records stay for an hour now; vacuum reads all their indexes, so not at every moment.
    await db.raw(`
      alter table fold_records set (
        autovacuum_vacuum_scale_factor = 0.05,
        autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_insert_threshold = -1,
        toast.autovacuum_vacuum_scale_factor = 0.05,
        toast.autovacuum_vacuum_threshold = 10000
      )`);
    await db.raw(`
      create table feed_state (
        only_row boolean primary key default true check (only_row),
        feed_id uuid not null default gen_random_uuid(),
        first_no bigint not null default 1,
        last_no bigint not null default 0,
        bytes bigint not null default 0
      )`);
    await db.raw("insert into feed_state default values");
    await db.raw(`
      create function keep_feed_record() returns trigger language plpgsql as $$
      begin
        if old.feed_no < (select first_no from feed_state) then
          return old;
        end if;
        return null;
      end
      $$`);
    await db.raw(
      `create trigger keep_feed_record before delete on fold_records for each row execute function keep_feed_record()`,
    );
    await db.raw(`
      create table run_state (
        system_no bigint not null,
        run_no integer not null,
        fired_count bigint not null default 0,
        uncounted bigint not null default 0,
        seqs int8multirange not null default '{}',
        seqs_cut bigint,
        first_fired_at timestamptz,
        last_fired_at timestamptz,
        client_sent bigint,
        client_spooled bigint,
        client_lost bigint,
        client_reported_at timestamptz,
        primary key (system_no, run_no)
      ) with (fillfactor = 70)`);
    await db.raw(`
      create table run_sensor_state (
        system_no bigint not null,
        run_no integer not null,
        entity_no integer not null,
        first_fired_at timestamptz not null,
        last_fired_at timestamptz not null,
        fired_count bigint not null,
        primary key (system_no, run_no, entity_no)
      ) with (fillfactor = 70)`);
    await db.raw(`
      create table system_hourly (
        system_no bigint not null,
        hour timestamptz not null,
        fired_count bigint not null,
        primary key (system_no, hour)
      ) with (fillfactor = 70)`);
    await db.raw("create index system_hourly_by_hour on system_hourly (hour, system_no)");
    await db.raw("alter table system_state add column last_pinged_at timestamptz");
    for (const statement of FILL) await db.raw(statement);
    for (const table of ["activations", "stray_activations"]) {
      await db.raw(
        `create index ${table}_elsewhere on ${table} (system_no, ${SHOWN_AT}, activation_id) where flags & 6 <> 0`,
      );
      await db.raw(
        `create index ${table}_elsewhere_by_time on ${table} (${SHOWN_AT}, activation_id, system_no) where flags & 6 <> 0`,
      );
    }
  },
  async down(db) {
    await db.raw("drop index stray_activations_elsewhere_by_time");
    await db.raw("drop index activations_elsewhere_by_time");
    await db.raw("drop index stray_activations_elsewhere");
    await db.raw("drop index activations_elsewhere");
    await db.raw("alter table system_state drop column last_pinged_at");
    await db.raw("drop table system_hourly");
    await db.raw("drop table run_sensor_state");
    await db.raw("drop table run_state");
    await db.raw("drop trigger keep_feed_record on fold_records");
    await db.raw("drop function keep_feed_record");
    await db.raw("drop table feed_state");
    // The folder of before would count them again.
    await db.raw("delete from fold_records where feed_no is not null");
    await db.raw(`
      alter table fold_records set (
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_insert_threshold = -1
      )`);
    await db.raw(
      "alter table fold_records reset (toast.autovacuum_vacuum_scale_factor, toast.autovacuum_vacuum_threshold)",
    );
    await db.raw("drop index fold_records_waiting");
    await db.raw("drop index fold_records_feed");
    await db.raw(`
      alter table fold_records
        drop column feed_no, drop column folded_at, drop column bytes, drop column run_nos, drop column activation_ids, drop column seqs, drop column occurred_us,
        drop column received_us, drop column flags, drop column attributes, drop column stretches`);
  },
};

const SHOWN_AT = "(case when flags & 2 = 0 then occurred_at else received_at end)";

const STORED = `
  select system_no, run_no, entity_no, seq, ${SHOWN_AT} as shown_at from activations
  union all
  select system_no, run_no, entity_no, seq, ${SHOWN_AT} from stray_activations`;

/** The milliseconds since 1970 in a UUIDv7, which PostgreSQL can't read by itself before version 17. */
const ID_MS = `('x' || translate(left(activation_id::text, 13), '-', ''))::bit(48)::bigint`;

/** Five minutes, the width of domain/activation.ts when this was written. */
const flagApart = (table: string) => `
  update ${table}
  set flags = flags | 4
  where flags & 2 = 0
    and abs(${ID_MS} - extract(epoch from occurred_at) * 1000) > 300000`;

const FILL = [
  flagApart("activations"),
  flagApart("stray_activations"),
  `insert into run_sensor_state
  select system_no, run_no, entity_no, min(shown_at), max(shown_at), count(*)
  from (${STORED}) as stored
  group by 1, 2, 3`,
  // Numbers that follow one another differ from their ranks by the same.
  `insert into run_state (system_no, run_no, fired_count, uncounted, seqs, first_fired_at, last_fired_at)
  select system_no, run_no, fired_count, uncounted, coalesce(seqs, '{}'), first_fired_at, last_fired_at
  from (
    select system_no, run_no, count(*) as fired_count, count(*) - count(seq) as uncounted,
      min(shown_at) as first_fired_at, max(shown_at) as last_fired_at
    from (${STORED}) as stored
    group by 1, 2
  ) as sums
  left join (
    select system_no, run_no, range_agg(stretch) as seqs
    from (
      select system_no, run_no, int8range(min(seq), max(seq), '[]') as stretch
      from (
        select system_no, run_no, seq, seq - dense_rank() over (partition by system_no, run_no order by seq) as place
        from (${STORED}) as stored
        where seq is not null
      ) as ranked
      group by system_no, run_no, place
    ) as stretches
    group by 1, 2
  ) as numbers using (system_no, run_no)`,
  `insert into system_hourly
  select case when grouping(system_no) = 0 then system_no else 0 end, hour, sum(fired_count)
  from activations_hourly
  group by grouping sets ((system_no, hour), (hour))`,
];
