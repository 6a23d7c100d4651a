import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import {
  KEEPER_KEYS,
  SERVE_KEYS,
  type SettingKey,
  type Settings,
  UP_KEYS,
  WEB_KEYS,
} from "../config/settings.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { addSettingOptions, readSettings } from "./setting-options.ts";

/** The file that `slimmer` runs; its children run it too. */
const ENTRY = fileURLToPath(new URL("./index.js", import.meta.url));

const DATABASE_GUARDIAN_KEYS = ["dataDir", "embeddedPort", "logLevel"] as const;

/**
 * Adds the processes: `slimmer up`, `serve`, `web` and `keeper`, and the inner `database`. Each is loaded when it is to run: a script that
 * calls `slimmer fire` had better not wait for a database driver.
 */
export function addServerCommands(slimmer: Command): void {
  addProcess(
    slimmer
      .command("up")
      .summary("Run everything on this machine: PostgreSQL, serve, web and keeper."),
    UP_KEYS,
    async (settings) => (await import("../processes/up.ts")).up(settings, process.env, ENTRY),
  );
  addProcess(
    slimmer.command("serve").summary("Run the gRPC server."),
    SERVE_KEYS,
    async (settings) =>
      (await import("../processes/serve.ts")).serve(settings, loggerFor("serve", settings)),
  );
  addProcess(
    slimmer.command("web").summary("Run the dashboard and the reading half of the JSON API."),
    WEB_KEYS,
    async (settings) =>
      (await import("../processes/web.ts")).web(settings, loggerFor("web", settings)),
  );
  addProcess(
    slimmer
      .command("keeper")
      .summary("Run the upkeep (partitions, retention); any number may run, one leads."),
    KEEPER_KEYS,
    async (settings) =>
      (await import("../processes/keeper.ts")).keeper(settings, loggerFor("keeper", settings)),
  );
  addProcess(
    slimmer
      .command("database", { hidden: true })
      .summary("Run the embedded PostgreSQL alone, as a child of `up`."),
    DATABASE_GUARDIAN_KEYS,
    async (settings) =>
      (await import("../processes/database.ts")).database(
        settings,
        loggerFor("database", settings),
      ),
  );
}

/** Gives a command its settings, and runs it with them; its summary says enough of it. */
export function addProcess<K extends SettingKey>(
  command: Command,
  keys: readonly K[],
  run: (settings: Settings<K>) => Promise<number>,
): void {
  command.description(command.summary());
  addSettingOptions(command, keys).action(async () => {
    process.exitCode = await run(readSettings(command, keys));
  });
}

export function loggerFor(process: string, settings: { logLevel: string }): Logger {
  return createLogger({ level: settings.logLevel, process });
}
