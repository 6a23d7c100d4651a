import { loadSettings } from "../../src/config/load.ts";
import { DATABASE_KEYS } from "../../src/config/settings.ts";
import { migrateUp } from "../../src/store/migrate.ts";
import { databaseConfig } from "../../src/store/pg-config.ts";
import { createDatabase, urlOf } from "./server-databases.ts";

const RETENTION_MS = 90 * 86_400_000;

/** Makes a database with the schema of this build, to be copied once per test file. */
export async function prepareTemplate(serverUrl: string, name: string): Promise<void> {
  await createDatabase(serverUrl, name);
  const settings = loadSettings(DATABASE_KEYS, { SLIMMER_DATABASE_URL: urlOf(serverUrl, name) });
  await migrateUp({
    connection: databaseConfig(settings),
    retentionMs: RETENTION_MS,
    nowMs: Date.now(),
    log: { info: () => {}, warn: () => {} },
  });
}
