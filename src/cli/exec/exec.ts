import type { Command } from "commander";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "../connection/connection-options.ts";
import { requireSystem } from "../connection/require-system.ts";
import { readPairs } from "../pairs.ts";
import { SILENT_AFTER } from "../run.ts";
import {
  addSensorOptions,
  collectWords,
  readSensors,
  type SensorOptions,
} from "../sensors/sensor-options.ts";
import { createUsage } from "../usage.ts";
import { hintValue } from "../value-hint.ts";
import { attend, type JobRun } from "./attend.ts";
import { jobEnv } from "./job-env.ts";
import { listenForJobSignals } from "./job-signals.ts";
import { runJob } from "./run-job.ts";

type Values = SensorOptions & { system?: string; label?: string[]; silentAfter?: string };

/** Adds `slimmer exec … -- command`. */
export function addExec(slimmer: Command): void {
  const command = slimmer
    .command("exec")
    .summary("Run a command as a run of a system.")
    .description(
      "Run a command as a run of a system: register the run, run the command, end the run with its exit status, and exit with the same. The command finds the way to the server and the id of the run in its environment, so that `slimmer fire` in it belongs to the run. It runs even if the server can't be reached.",
    )
    .usage("[options] -- <command> [args...]")
    .argument("<command...>", "the command, and its arguments")
    .passThroughOptions();
  for (const argument of command.registeredArguments) hintValue(argument, { kind: "command" });
  addSensorOptions(command)
    .option("--label <key=value>", "something to say about the run; again for more", collectWords)
    .option(
      "--silent-after <time>",
      "how long without a sign of life before the system counts as silent (1s to 366d)",
    )
    .addHelpText(
      "after",
      "\nExample: slimmer exec --system backup --sensor job/nightly/1 -- ./backup.sh\n\nExit codes: those of the command; 128 + n where signal n ended it, 126 and 127 where it can't be started; 2 wrong command line.",
    );
  addConnectionOptions(command, ["system", "spool"]).action(
    async (words: string[], values: Values) => {
      const usage = createUsage();
      const system = requireSystem(values.system, usage);
      const sensors = await readSensors(values, usage);
      const labels = readPairs("--label", values.label, usage);
      const silentAfterMs = usage.parse("--silent-after", values.silentAfter, SILENT_AFTER);
      const connection = readConnection(command, { usage });
      const run = { system, sensors, labels, silentAfterMs };
      process.exitCode = await exec(connection, run, words);
    },
  );
}

/** Resolves with the exit status of the command. */
async function exec(
  connection: Connection,
  wanted: JobRun,
  words: readonly string[],
): Promise<number> {
  const signals = listenForJobSignals();
  const attendance = await attend(connection, wanted);
  const env = jobEnv(process.env, connection, { system: wanted.system, run: attendance.runId });
  const { status, reason } = await runJob(words, env, signals);
  // Somebody who asks to end once more does not wait for the server either.
  signals.hurried.then(() => process.exit(status));
  await attendance.end(reason);
  signals.dispose();
  return status;
}
