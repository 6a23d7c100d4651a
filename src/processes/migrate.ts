import type { MigrateSettings } from "../config/settings.ts";
import { systemClock } from "../kit/clock.ts";
import { connect } from "../store/connection.ts";
import { migrateUp } from "../store/migrate.ts";
import { databaseConfig } from "../store/pg-config.ts";
import { type SchemaStatus, schemaStatus } from "../store/schema.ts";
import type { Logger } from "../telemetry/logger.ts";

/** `slimmer migrate up`. */
export async function migrate(settings: MigrateSettings, log: Logger): Promise<string[]> {
  const { applied } = await migrateUp({
    connection: databaseConfig(settings),
    retentionMs: settings.retention,
    nowMs: systemClock.nowMs(),
    log,
  });
  return applied;
}

/** `slimmer migrate status`. */
export async function migrationStatus(settings: MigrateSettings): Promise<SchemaStatus> {
  const connection = await connect(databaseConfig(settings), "migrate status");
  try {
    return await schemaStatus(connection.client);
  } finally {
    await connection.end();
  }
}
