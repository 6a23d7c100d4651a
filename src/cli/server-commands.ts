import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import {
  KEEPER_KEYS,
  SERVE_KEYS,
  type SettingKey,
  type Settings,
  UP_KEYS,
} from "../config/settings.ts";
import { database } from "../processes/database.ts";
import { keeper } from "../processes/keeper.ts";
import { serve } from "../processes/serve.ts";
import { up } from "../processes/up.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { addSettingOptions, readSettings } from "./setting-options.ts";

/** The file that `slimmer` runs; its children run it too. */
const ENTRY = fileURLToPath(new URL("./index.js", import.meta.url));

const DATABASE_GUARDIAN_KEYS = ["dataDir", "embeddedPort", "logLevel"] as const;

/** Adds the processes: `slimmer up`, `serve` and `keeper`, and the inner `database`. */
export function addServerCommands(slimmer: Command): void {
  addProcess(
    slimmer.command("up").summary("Run everything on this machine: PostgreSQL, serve and keeper."),
    UP_KEYS,
    (settings) => up(settings, process.env, ENTRY),
  );
  addProcess(slimmer.command("serve").summary("Run the gRPC server."), SERVE_KEYS, (settings) =>
    serve(settings, loggerFor("serve", settings)),
  );
  addProcess(
    slimmer
      .command("keeper")
      .summary("Run the upkeep (partitions, retention); any number may run, one leads."),
    KEEPER_KEYS,
    (settings) => keeper(settings, loggerFor("keeper", settings)),
  );
  addProcess(
    slimmer
      .command("database", { hidden: true })
      .summary("Run the embedded PostgreSQL alone, as a child of `up`."),
    DATABASE_GUARDIAN_KEYS,
    (settings) => database(settings, loggerFor("database", settings)),
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
