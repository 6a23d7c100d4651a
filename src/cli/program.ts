import { fileURLToPath } from "node:url";
import { Command } from "commander";
import {
  KEEPER_KEYS,
  MIGRATE_KEYS,
  SERVE_KEYS,
  type SettingKey,
  type Settings,
  UP_KEYS,
} from "../config/settings.ts";
import { database } from "../processes/database.ts";
import { EXIT } from "../processes/exit-codes.ts";
import { keeper } from "../processes/keeper.ts";
import { migrate, migrationStatus } from "../processes/migrate.ts";
import { serve } from "../processes/serve.ts";
import { up } from "../processes/up.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { version } from "../version.ts";
import { addEdgeCommands } from "./edge.ts";
import { ping } from "./ping.ts";
import { addConnectionOptions } from "./server-connection.ts";
import { addSettingOptions, readSettings } from "./setting-options.ts";
import { smoke } from "./smoke.ts";

/** The file that `slimmer` runs; its children run it too. */
const ENTRY = fileURLToPath(new URL("./index.js", import.meta.url));

const DATABASE_GUARDIAN_KEYS = ["dataDir", "embeddedPort", "logLevel"] as const;

/** The command line of slimmer. Throws what a command throws; see reportFailure. */
export function program(): Command {
  const slimmer = new Command("slimmer")
    .description("Records what sensors do, and notices when they stop.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(run with --help for the options)")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed (may go better the next time), 2 wrong command line or settings, 3 wrong database schema.",
    );
  const add = <K extends SettingKey>(
    parent: Command,
    name: string,
    summary: string,
    keys: readonly K[],
    run: (settings: Settings<K>, command: Command) => Promise<number>,
  ) => {
    const command = parent.command(name).summary(summary).description(summary);
    addSettingOptions(command, keys).action(async () => {
      process.exitCode = await run(readSettings(command, keys), command);
    });
    return command;
  };

  add(
    slimmer,
    "up",
    "Run everything on this machine: PostgreSQL, serve and keeper.",
    UP_KEYS,
    (settings) => up(settings, process.env, ENTRY),
  );
  add(slimmer, "serve", "Run the gRPC server.", SERVE_KEYS, (settings) =>
    serve(settings, loggerFor("serve", settings)),
  );
  add(
    slimmer,
    "keeper",
    "Run the upkeep (partitions, retention); any number may run, one leads.",
    KEEPER_KEYS,
    (settings) => keeper(settings, loggerFor("keeper", settings)),
  );
  const migrations = slimmer.command("migrate").description("Look after the database schema.");
  add(
    migrations,
    "up",
    "Bring the schema to this version, and make the partitions.",
    MIGRATE_KEYS,
    async (settings) => {
      const applied = await migrate(settings, loggerFor("migrate", settings));
      say(applied.length > 0 ? `applied ${applied.join(", ")}` : "the schema is up to date");
      return EXIT.ok;
    },
  );
  add(
    migrations,
    "status",
    "Show which migrations the database has; exits with 3 if this version can't work on it.",
    MIGRATE_KEYS,
    async (settings) => {
      const { applied, pending, unknown, fits } = await migrationStatus(settings);
      for (const name of applied) say(`${unknown.includes(name) ? "unknown" : "applied"}  ${name}`);
      for (const name of pending) say(`pending  ${name}`);
      return fits ? EXIT.ok : EXIT.schema;
    },
  );
  const pinging = slimmer.command("ping").summary("Ask a server for an echo.");
  addConnectionOptions(pinging)
    .description("Ask a server for an echo, and check it.")
    .option("--system <id>", "also a sign of life of this system")
    .option("--timeout <ms>", "longest to wait, in milliseconds", "5000")
    .action(async (address: string, options: Parameters<typeof ping>[1]) => {
      process.exitCode = await ping(address, options);
    });
  const smoking = slimmer.command("smoke").summary("Try whether a server stores.");
  addConnectionOptions(smoking)
    .description(
      "Try whether a server stores: ping it, register a run, send an activation twice (the second time it must be a duplicate), end the run.",
    )
    .option("--system <id>", "the system of the run", "smoke-test")
    .option("--timeout <ms>", "longest that one step may take, in milliseconds", "5000")
    .action(async (address: string, options: Parameters<typeof smoke>[1]) => {
      process.exitCode = await smoke(address, options);
    });
  addEdgeCommands(slimmer);
  const guardian = slimmer.command("database", { hidden: true });
  guardian.description("Run the embedded PostgreSQL alone, as a child of `up`.");
  addSettingOptions(guardian, DATABASE_GUARDIAN_KEYS).action(async () => {
    const settings = readSettings(guardian, DATABASE_GUARDIAN_KEYS);
    process.exitCode = await database(settings, loggerFor("database", settings));
  });
  return slimmer;
}

function loggerFor(process: string, settings: { logLevel: string }): Logger {
  return createLogger({ level: settings.logLevel, process });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
