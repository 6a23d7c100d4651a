import type { Migration } from "../migration.ts";

/** The dictionary of system names; everything else knows a system by its number. */
export const systems: Migration = {
  name: "0001_systems",
  async up(db) {
    await db.raw(`
      create table systems (
        system_no bigint generated always as identity primary key,
        system_id text not null unique,
        created_at timestamptz not null default now()
      )`);
    await db.raw(`
      create table system_state (
        system_no bigint primary key references systems,
        current_run_no integer,
        last_seen_at timestamptz,
        last_fired_at timestamptz,
        fired_count bigint not null default 0,
        client_sent bigint,
        client_spooled bigint,
        client_lost bigint,
        client_reported_at timestamptz
      ) with (fillfactor = 70)`);
  },
  async down(db) {
    await db.raw("drop table system_state");
    await db.raw("drop table systems");
  },
};
