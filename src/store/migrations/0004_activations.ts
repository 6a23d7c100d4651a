import type { Migration } from "../migration.ts";

/**
 * Partitioned by day on the UUIDv7 itself (its first 48 bits are the time): one index is unique, ordered by time and
 * prunable, and a retry always meets its first copy. No foreign keys: the dictionaries never lose a row, and a check
 * per row would cost the hot path more than it tells. No DEFAULT partition: ids outside the partitions go to
 * stray_activations. partition_bounds says, in whole days, between which times every partition exists.
 */
export const activations: Migration = {
  name: "0004_activations",
  async up(db) {
    const columns = `
        system_no bigint not null,
        seq bigint,
        occurred_at timestamptz not null,
        received_at timestamptz not null,
        run_no integer not null,
        entity_no integer not null,
        flags smallint not null,
        activation_id uuid not null,
        attributes jsonb,
        primary key (system_no, activation_id)`;
    await db.raw(`create table activations (${columns}) partition by range (activation_id)`);
    await db.raw(`create table stray_activations (${columns})`);
    await db.raw(`
      create table partition_bounds (
        only_row boolean primary key default true check (only_row),
        lower_ms bigint not null,
        upper_ms bigint not null
      )`);
  },
  async down(db) {
    await db.raw("drop table partition_bounds");
    await db.raw("drop table stray_activations");
    await db.raw("drop table activations");
  },
};
