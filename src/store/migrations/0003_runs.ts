import type { Migration } from "../migration.ts";

/**
 * Runs, their sensor lists (one row for a hundred restarts with the same list: the key is the SHA-256 of the list), and
 * the sensors that a run reported without having listed them.
 */
export const runs: Migration = {
  name: "0003_runs",
  async up(db) {
    await db.raw(`
      create table manifests (
        system_no bigint not null references systems,
        manifest_hash bytea not null,
        entity_nos integer[] not null,
        created_at timestamptz not null default now(),
        primary key (system_no, manifest_hash)
      )`);
    await db.raw(`
      create table runs (
        system_no bigint not null references systems,
        run_no integer not null,
        run_id uuid not null,
        manifest_hash bytea not null,
        previous_run_no integer,
        started_at timestamptz not null,
        clock_suspect boolean not null,
        received_at timestamptz not null,
        superseded_at timestamptz,
        ended_at timestamptz,
        end_reason text,
        client_name text not null,
        client_version text not null,
        client_host text not null,
        labels jsonb not null,
        silent_after_ms bigint,
        primary key (system_no, run_no),
        unique (system_no, run_id),
        foreign key (system_no, manifest_hash) references manifests
      )`);
    await db.raw(`
      create table unregistered_entities (
        system_no bigint not null,
        run_no integer not null,
        entity_no integer not null,
        first_at timestamptz not null default now(),
        primary key (system_no, run_no, entity_no),
        foreign key (system_no, run_no) references runs
      )`);
  },
  async down(db) {
    await db.raw("drop table unregistered_entities");
    await db.raw("drop table runs");
    await db.raw("drop table manifests");
  },
};
