import type { Migration } from "../migration.ts";

/**
 * What the folder has still to add up: one row per flush, written by the statement that stored the activations. The
 * arrays run in parallel, one element per row that was really inserted; shown_us is in Unix microseconds. system_no is the lowest in the record: where
 * the tables are distributed by system, records hold one system each and lie with its rows. Storage is external and
 * vacuum eager because every row lives for less than a second.
 */
export const folds: Migration = {
  name: "0005_folds",
  async up(db) {
    await db.raw(`
      create table fold_records (
        system_no bigint not null,
        fold_id bigint generated always as identity,
        created_at timestamptz not null default now(),
        received_at timestamptz not null,
        system_nos bigint[] not null,
        entity_nos integer[] not null,
        shown_us bigint[] not null,
        presence jsonb,
        primary key (system_no, fold_id)
      ) with (
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_insert_threshold = -1
      )`);
    for (const column of ["system_nos", "entity_nos", "shown_us"]) {
      await db.raw(`alter table fold_records alter column ${column} set storage external`);
    }
  },
  async down(db) {
    await db.raw("drop table fold_records");
  },
};
