import type { Command } from "commander";
import { MIGRATE_KEYS } from "../config/settings.ts";
import { EXIT } from "../processes/exit-codes.ts";
import { printLine } from "./output/output-option.ts";
import { addProcess, loggerFor } from "./server-commands.ts";

/** Adds `slimmer migrate up` and `status`. */
export function addMigrateCommands(slimmer: Command): void {
  const migrations = slimmer.command("migrate").description("Look after the database schema.");
  addProcess(
    migrations.command("up").summary("Bring the schema to this version, and make the partitions."),
    MIGRATE_KEYS,
    async (settings) => {
      const { migrate } = await import("../processes/migrate.ts");
      const applied = await migrate(settings, loggerFor("migrate", settings));
      printLine(applied.length > 0 ? `applied ${applied.join(", ")}` : "the schema is up to date");
      return EXIT.ok;
    },
  );
  addProcess(
    migrations
      .command("status")
      .summary(
        "Show which migrations the database has; exits with 3 if this version can't work on it.",
      ),
    MIGRATE_KEYS,
    async (settings) => {
      const { migrationStatus } = await import("../processes/migrate.ts");
      const { applied, pending, unknown, fits } = await migrationStatus(settings);
      for (const name of applied) {
        printLine(`${unknown.includes(name) ? "unknown" : "applied"}  ${name}`);
      }
      for (const name of pending) printLine(`pending  ${name}`);
      return fits ? EXIT.ok : EXIT.schema;
    },
  );
}
