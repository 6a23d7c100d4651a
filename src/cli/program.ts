import { Command } from "commander";
import { version } from "../version.ts";
import { addCompletion } from "./completion/completion.ts";
import { addDemo } from "./demo/demo.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addEdgeCommands } from "./edge.ts";
import { addExec } from "./exec/exec.ts";
import { addFire } from "./fire.ts";
import { addMigrateCommands } from "./migrate.ts";
import { addPing } from "./ping.ts";
import { addReadingCommands } from "./reading/reading-commands.ts";
import { addRunCommands } from "./run.ts";
import { addServerCommands } from "./server-commands.ts";
import { addSmoke } from "./smoke.ts";
import { addSpoolCommands } from "./spool/spool.ts";

const EXIT_CODES =
  "Exit codes: 0 done, 1 failed (may go better the next time), 2 wrong command line or settings, 3 wrong database schema, 4 expired cursor (of watch); `exec` exits as its command does.";

/** The command line of slimmer. Throws what a command throws; see reportFailure. */
export function program(): Command {
  const slimmer = new Command("slimmer")
    .description("Records what sensors do, and notices when they stop.")
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError("(run with --help for the options)")
    .addHelpText("after", `\n${EXIT_CODES}`);

  slimmer.commandsGroup("Run slimmer:");
  addServerCommands(slimmer);
  addMigrateCommands(slimmer);
  addEdgeCommands(slimmer);

  slimmer.commandsGroup("Record something:");
  addRunCommands(slimmer);
  addFire(slimmer);
  addExec(slimmer);
  addSpoolCommands(slimmer);

  slimmer.commandsGroup("Look at what is stored:");
  addReadingCommands(slimmer);

  slimmer.commandsGroup("Try and examine:");
  addPing(slimmer);
  addSmoke(slimmer);
  addDoctor(slimmer);
  addDemo(slimmer);
  addCompletion(slimmer);
  return slimmer;
}
