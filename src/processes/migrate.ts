import type { MigrateSettings } from "../config/settings.ts";
import { systemClock } from "../kit/clock.ts";
import { connect } from "../store/connection.ts";
import { migrateUp } from "../store/migrate.ts";
import { databaseConfig } from "../store/pg-config.ts";
import { fits, type SchemaStatus, schemaStatus } from "../store/schema.ts";
import type { Logger } from "../telemetry/logger.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * `slimmer migrate up`. SIGTERM and SIGINT end the process at once: what is under way, PostgreSQL takes back. (They would
 * anywhere but in a container, whose first process they reach only if it listens to them.)
 */
export async function migrate(settings: MigrateSettings, log: Logger): Promise<string[]> {
  const end = () => process.exit(EXIT.failed);
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  try {
    const { applied } = await migrateUp({
      connection: databaseConfig(settings),
      retentionMs: settings.retention,
      nowMs: systemClock.nowMs(),
      serverWaitMs: settings.databaseWait,
      log,
    });
    return applied;
  } finally {
    process.off("SIGTERM", end);
    process.off("SIGINT", end);
  }
}

/** `slimmer migrate status`; `fits` says whether this build can work on the schema. */
export async function migrationStatus(
  settings: MigrateSettings,
): Promise<SchemaStatus & { fits: boolean }> {
  const connection = await connect(databaseConfig(settings), "migrate status");
  try {
    const status = await schemaStatus(connection.client);
    return { ...status, fits: fits(status) };
  } finally {
    await connection.end();
  }
}
