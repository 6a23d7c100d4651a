import { SETTINGS, type UpSettings } from "../config/settings.ts";

const KEYS = ["databaseHost", "databasePort", "databaseName", "databaseUser"] as const;

/** Whether the user named a PostgreSQL of their own: by URL, or by any of the single settings. */
export function namesOutsideDatabase(settings: UpSettings, env: NodeJS.ProcessEnv): boolean {
  if (settings.databaseUrl !== undefined || settings.databasePassword !== undefined) return true;
  return KEYS.some(
    (key) => env[SETTINGS[key].env] || String(settings[key]) !== SETTINGS[key].defaultText,
  );
}
