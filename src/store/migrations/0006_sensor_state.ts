import type { Migration } from "../migration.ts";

/** What screens read instead of history: each sensor's last firing, and its firings per hour (UTC). */
export const sensorState: Migration = {
  name: "0006_sensor_state",
  async up(db) {
    await db.raw(`
      create table sensor_state (
        system_no bigint not null,
        entity_no integer not null,
        first_fired_at timestamptz not null,
        last_fired_at timestamptz not null,
        fired_count bigint not null,
        primary key (system_no, entity_no)
      ) with (fillfactor = 70)`);
    await db.raw(`
      create table activations_hourly (
        system_no bigint not null,
        entity_no integer not null,
        hour timestamptz not null,
        fired_count bigint not null,
        primary key (system_no, entity_no, hour)
      ) with (fillfactor = 70)`);
  },
  async down(db) {
    await db.raw("drop table activations_hourly");
    await db.raw("drop table sensor_state");
  },
};
