import type { Migration } from "../migration.ts";

/**
 * What readers need, so that no screen counts over history.
 *
 * Fold records stay for a while after they were folded, numbered in the order of their folding: they are the feed that
 * watchers follow. What they carry beside the keys is what a watcher is told. feed_state has one row.
 *
 * run_state and run_sensor_state say what a run did (seqs: which numbers of its client are stored), system_hourly what a
 * system did, and with system_no 0 what all of them did.
 *
 * An activation whose device had a wrong clock is shown at received_at, and its id says nothing about that: such rows, few,
 * have an index of their own.
 */
export const reading: Migration = {
  name: "0007_reading",
  async up(db) {
    await db.raw(`
      alter table fold_records
        add column feed_no bigint,
        add column run_nos integer[],
        add column activation_ids uuid[],
        add column seqs bigint[],
        add column occurred_us bigint[],
        add column received_us bigint[],
        add column flags smallint[],
        add column attributes jsonb[]`);
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
      `create index fold_records_waiting on fold_records (system_no, fold_id) where feed_no is null`,
    );
    await db.raw(`
      create table feed_state (
        only_row boolean primary key default true check (only_row),
        feed_id uuid not null default gen_random_uuid(),
        first_no bigint not null default 1,
        last_no bigint not null default 0
      )`);
    await db.raw("insert into feed_state default values");
    await db.raw(`
      create table run_state (
        system_no bigint not null,
        run_no integer not null,
        fired_count bigint not null default 0,
        uncounted bigint not null default 0,
        seqs int8multirange not null default '{}',
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
    for (const table of ["activations", "stray_activations"]) {
      await db.raw(
        `create index ${table}_suspect on ${table} (system_no, received_at, activation_id) where flags & 2 <> 0`,
      );
    }
  },
  async down(db) {
    await db.raw("drop index stray_activations_suspect");
    await db.raw("drop index activations_suspect");
    await db.raw("alter table system_state drop column last_pinged_at");
    await db.raw("drop table system_hourly");
    await db.raw("drop table run_sensor_state");
    await db.raw("drop table run_state");
    await db.raw("drop table feed_state");
    await db.raw("drop index fold_records_waiting");
    await db.raw("drop index fold_records_feed");
    await db.raw(`
      alter table fold_records
        drop column feed_no, drop column run_nos, drop column activation_ids, drop column seqs, drop column occurred_us,
        drop column received_us, drop column flags, drop column attributes`);
  },
};
