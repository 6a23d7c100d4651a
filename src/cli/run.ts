import type { Command } from "commander";
import type { Registration } from "slimmer-client";
import { duration } from "../config/kinds.ts";
import { LIMITS } from "../domain/limits.ts";
import { isUuid } from "../domain/uuid.ts";
import { EXIT } from "../processes/exit-codes.ts";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "./connection/connection-options.ts";
import { openClient, reportClientError } from "./connection/open-client.ts";
import { requireSystem } from "./connection/require-system.ts";
import { connectToServer, refusalText } from "./connection/server-connection.ts";
import {
  addOutputOption,
  note,
  type Output,
  printJson,
  printLine,
} from "./output/output-option.ts";
import { countText } from "./output/units.ts";
import { readPairs } from "./pairs.ts";
import { type Sensor, sensorText, textProblem } from "./sensors/parse-sensor.ts";
import {
  addSensorOptions,
  collectWords,
  readSensors,
  type SensorOptions,
} from "./sensors/sensor-options.ts";
import { createUsage } from "./usage.ts";

export const SILENT_AFTER = duration("", "1h", { min: "1s", max: "366d" }, "");

type RunValues = SensorOptions & {
  system?: string;
  label?: string[];
  silentAfter?: string;
  output: Output;
};

/** Adds `slimmer run` and `slimmer run end`. */
export function addRunCommands(slimmer: Command): void {
  const command = slimmer
    .command("run")
    .summary("Register a run of a system, or end one.")
    .description(
      "Register a run of a system with its sensors, and print its id. It supersedes the system's open run.",
    );
  addSensorOptions(command)
    .option("--label <key=value>", "something to say about the run; again for more", collectWords)
    .option(
      "--silent-after <time>",
      "how long without a sign of life before the system counts as silent (1s to 366d)",
    );
  addConnectionOptions(addOutputOption(command), ["system", "spool"]).action(
    async (values: RunValues) => {
      const usage = createUsage();
      const system = requireSystem(values.system, usage);
      const sensors = await readSensors(values, usage);
      const labels = readPairs("--label", values.label, usage);
      const silentAfterMs = usage.parse("--silent-after", values.silentAfter, SILENT_AFTER);
      const connection = readConnection(command, { usage });
      const run = { system, sensors, labels, silentAfterMs };
      process.exitCode = await register(connection, run, values.output);
    },
  );
  addRunEnd(command);
}

type NewRun = {
  system: string;
  sensors: readonly Sensor[];
  labels: Record<string, string>;
  silentAfterMs: number | undefined;
};

async function register(connection: Connection, wanted: NewRun, output: Output): Promise<number> {
  const { system, sensors, labels, silentAfterMs } = wanted;
  try {
    const client = await openClient(connection, { systemId: system, command: "run" });
    try {
      const run = client.run(sensors, {
        labels,
        ...(silentAfterMs === undefined ? {} : { silentAfterMs }),
      });
      run.registered.catch(() => {});
      await client.flush({ timeoutMs: connection.timeoutMs });
      const registration = await run.registered;
      if (output === "json") {
        printJson({ system, run: run.id, sensors: sensors.length, ...registration });
      } else {
        printLine(run.id);
        sayChanges(registration);
      }
      return EXIT.ok;
    } finally {
      await client.close({ timeoutMs: 0 });
    }
  } catch (error) {
    return reportClientError(error);
  }
}

function sayChanges({ added, removed }: Registration): void {
  const list = (sensors: readonly Sensor[]) => sensors.map(sensorText).join(", ");
  if (added.length > 0) {
    note(`${countText(added.length, "sensor")} more than the last run: ${list(added)}`);
  }
  if (removed.length > 0) {
    note(`${countText(removed.length, "sensor")} of the last run missing: ${list(removed)}`);
  }
}

function addRunEnd(parent: Command): void {
  const command = parent
    .command("end")
    .summary("End a run on purpose.")
    .description("End a run on purpose: what follows is no silence.")
    .option(
      "--reason <text>",
      "why, for people (at most 256 characters)",
      "ended by slimmer run end",
    );
  addConnectionOptions(addOutputOption(command), ["system", "run"]).action(
    async (values: { system?: string; run?: string; reason: string; output: Output }) => {
      const usage = createUsage();
      const system = requireSystem(values.system, usage);
      const runId = values.run ?? process.env.SLIMMER_RUN_ID ?? "";
      if (runId === "") usage.wrong("--run (or SLIMMER_RUN_ID) is missing: the id of the run");
      else if (!isUuid(runId)) usage.wrong(`--run=${JSON.stringify(runId)} is no UUID`);
      const problem = textProblem(values.reason, LIMITS.reason, 0);
      if (problem) usage.wrong(`--reason ${problem}`);
      const connection = readConnection(command, { usage });
      const end = { system_id: system, run_id: runId.toLowerCase(), reason: values.reason };
      process.exitCode = await endRun(connection, end, values.output);
    },
  );
}

async function endRun(
  connection: Connection,
  end: { system_id: string; run_id: string; reason: string },
  output: Output,
): Promise<number> {
  const server = connectToServer(connection);
  try {
    const { already_ended: alreadyEnded } = await server.call("end_system_run", end);
    if (output === "json") printJson({ system: end.system_id, run: end.run_id, alreadyEnded });
    else printLine(alreadyEnded ? `run ${end.run_id} had ended before` : `run ${end.run_id} ended`);
    return EXIT.ok;
  } catch (error) {
    note(`run ${end.run_id} of ${end.system_id} is not ended: ${refusalText(error)}`);
    return EXIT.failed;
  } finally {
    server.close();
  }
}
