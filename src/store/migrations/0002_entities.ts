import type { Migration } from "../migration.ts";

/** Sensors, numbered 1, 2, 3 … within their system: under the system's lock, so that no sequence is shared. */
export const entities: Migration = {
  name: "0002_entities",
  async up(db) {
    await db.raw(`
      create table entities (
        system_no bigint not null references systems,
        entity_no integer not null,
        category text not null,
        name text not null,
        identity text not null,
        created_at timestamptz not null default now(),
        primary key (system_no, entity_no),
        unique (system_no, category, name, identity)
      )`);
  },
  async down(db) {
    await db.raw("drop table entities");
  },
};
