import { type Command, Option } from "commander";
import { integer } from "../../config/kinds.ts";
import { isUuid } from "../../domain/uuid.ts";
import { addConnectionOptions, readConnection } from "../connection/connection-options.ts";
import { parseSensor, SENSOR_FORM } from "../sensors/parse-sensor.ts";
import { createUsage } from "../usage.ts";
import { hintValue } from "../value-hint.ts";
import {
  addFilters,
  addSensorFilters,
  type FilterValues,
  readFilters,
  readSensorFilters,
  readSystem,
  type SensorFilterValues,
} from "./filters.ts";
import { addLimit, addListOutput, type ListOutput, readLimit } from "./list-options.ts";

const STATES = ["down", "late", "up", "quiet", "stopped"] as const;
const ATTENTION = ["missing", "never-fired", "silent", "unregistered"] as const;
const RECENT = integer("", 0, { min: 0, max: 1_000 }, "");

/** Adds what looks at what is stored. Each command is loaded when it is to run. */
export function addReadingCommands(slimmer: Command): void {
  addSystems(slimmer);
  addRuns(slimmer);
  addSensors(slimmer);
  addActivations(slimmer);
  addWatch(slimmer);
  addExport(slimmer);
}

function addSystems(slimmer: Command): void {
  const command = slimmer
    .command("systems")
    .summary("List systems and how they are, or show one.")
    .description("List systems, those that need attention first; or show one of them.")
    .argument("[system]", "show this one")
    .addOption(new Option("--state <state...>", "only those in this state").choices(STATES))
    .option("--query <text>", "only those with this text in their id")
    .option("--label <key[=value]>", "only those whose current run has this label");
  addOrder(command).addHelpText(
    "after",
    examples("slimmer systems --state down late", "slimmer systems greenhouse"),
  );
  addConnectionOptions(addListOutput(addLimit(command))).action(
    async (
      system: string | undefined,
      values: ListValues & { state?: string[]; query?: string; label?: string; order: string },
    ) => {
      const usage = createUsage();
      readSystem(system, usage);
      const limit = readLimit(values.limit, usage);
      const connection = readConnection(command, { usage });
      const { listSystems, showSystem } = await import("./systems.ts");
      if (system !== undefined) {
        process.exitCode = await showSystem(connection, system, values.output);
        return;
      }
      const wish = {
        limit,
        states: enumNames<"UP" | "LATE" | "DOWN" | "STOPPED" | "QUIET">(values.state),
        query: values.query ?? "",
        label: values.label ?? "",
        byName: values.order === "name",
      };
      process.exitCode = await listSystems(connection, wish, values.output);
    },
  );
}

function addRuns(slimmer: Command): void {
  const command = slimmer
    .command("runs")
    .summary("List runs of a system, or show one.")
    .description(
      "List runs of a system, the newest first; or show what became of one: which of its sensors fired, and whether all that it sent is there.",
    )
    .argument("<system>", "the id of the system")
    .argument("[run]", "show this one")
    .addHelpText("after", examples("slimmer runs greenhouse --limit 10"));
  addConnectionOptions(addListOutput(addLimit(command))).action(
    async (system: string, run: string | undefined, values: ListValues) => {
      const usage = createUsage();
      readSystem(system, usage);
      if (run !== undefined && !isUuid(run)) {
        usage.wrong(`the run ${JSON.stringify(run)} is no UUID`);
      }
      const limit = readLimit(values.limit, usage);
      const connection = readConnection(command, { usage });
      const { listRuns, showRun } = await import("./runs.ts");
      process.exitCode =
        run === undefined
          ? await listRuns(connection, { system, limit }, values.output)
          : await showRun(connection, { system, run: run.toLowerCase() }, values.output);
    },
  );
}

function addSensors(slimmer: Command): void {
  const command = slimmer
    .command("sensors")
    .summary("List sensors of a system, or show one.")
    .description(
      "List sensors of a system, those that need attention first; or show one with its rhythm.",
    )
    .argument("<system>", "the id of the system")
    .argument("[sensor]", `show this one: ${SENSOR_FORM}`);
  addSensorFilters(command).addOption(
    new Option("--attention <kind...>", "only those that need it").choices(ATTENTION),
  );
  addOrder(command).addHelpText(
    "after",
    examples(
      "slimmer sensors greenhouse --category door",
      "slimmer sensors greenhouse 'door/front door/door-1'",
    ),
  );
  addConnectionOptions(addListOutput(addLimit(command))).action(
    async (
      system: string,
      text: string | undefined,
      values: ListValues & SensorFilterValues & { attention?: string[]; order: string },
    ) => {
      const usage = createUsage();
      readSystem(system, usage);
      const sensor = usage.collect(() =>
        text === undefined ? undefined : parseSensor(text, "the sensor"),
      );
      const limit = readLimit(values.limit, usage);
      const filters = readSensorFilters(values, usage);
      const connection = readConnection(command, { usage });
      const { listSensors, showSensor } = await import("./sensors.ts");
      if (sensor) {
        process.exitCode = await showSensor(connection, { system, sensor }, values.output);
        return;
      }
      const attention = enumNames<"MISSING" | "NEVER_FIRED" | "SILENT" | "UNREGISTERED">(
        values.attention,
      );
      const byName = values.order === "name";
      const wish = { ...filters, system, limit, attention, byName };
      process.exitCode = await listSensors(connection, wish, values.output);
    },
  );
}

function addActivations(slimmer: Command): void {
  const command = slimmer
    .command("activations")
    .summary("List what was stored, the newest first.")
    .description("List activations, the newest first, of one system or of all.")
    .argument("[system]", "only of this system");
  addFilters(command, { byTime: true }).addHelpText(
    "after",
    examples(
      "slimmer activations greenhouse --since 2h",
      "slimmer activations --category 'door*' --since 2026-03-01 --limit 0 -o csv",
    ),
  );
  addConnectionOptions(addListOutput(addLimit(command))).action(
    async (system: string | undefined, values: ListValues & FilterValues) => {
      const usage = createUsage();
      const filters = readFilters(system, values, usage);
      const limit = readLimit(values.limit, usage);
      const connection = readConnection(command, { usage });
      const { listActivations } = await import("./activations.ts");
      process.exitCode = await listActivations(connection, { limit, filters }, values.output);
    },
  );
}

type WatchValues = FilterValues & {
  recent?: string;
  cursor?: string;
  cursorFile?: string;
  fromNowIfExpired?: boolean;
  output: ListOutput;
};

function addWatch(slimmer: Command): void {
  const command = slimmer
    .command("watch")
    .summary("Show activations as they are stored.")
    .description(
      "Show activations as they are stored, in that order, until Ctrl-C. It finds a server again that was away, and goes on where it was.",
    )
    .argument("[system]", "only of this system");
  addFilters(command, { byTime: false })
    .option("--recent <n>", "begin with so many of the latest, at most 1000 (default: 0)")
    .option("--cursor <cursor>", "go on after this one, which a watch has given before")
    .addOption(
      hintValue(
        new Option(
          "--cursor-file <file>",
          "keep the cursor there after what was written out, and go on from it the next time",
        ),
        { kind: "file" },
      ),
    )
    .option("--from-now-if-expired", "where the server no longer has what came after the cursor")
    .addHelpText(
      "after",
      `${examples(
        "slimmer watch greenhouse --recent 20",
        "slimmer watch -o json --cursor-file /var/lib/forward/cursor | forward",
      )}\n\nExit codes: 0 ended by Ctrl-C or a closed pipe, 1 failed, 2 wrong command line, 4 the cursor has expired.`,
    );
  addConnectionOptions(addListOutput(command, "as one JSON object a line")).action(
    async (system: string | undefined, values: WatchValues) => {
      const usage = createUsage();
      const filters = readFilters(system, values, usage);
      const recent = usage.parse("--recent", values.recent, RECENT) ?? 0;
      const { checkCursor, readCursorFile } = await import("./watch/cursor-file.ts");
      const { cursor, cursorFile } = values;
      if (cursor !== undefined && cursorFile !== undefined) {
        usage.wrong("--cursor and --cursor-file are both given; give one of them");
      }
      if (cursor !== undefined && recent > 0) {
        usage.wrong("--recent is for a watch without a cursor");
      }
      const start =
        cursor !== undefined
          ? checkCursor(cursor, usage)
          : cursorFile === undefined
            ? ""
            : readCursorFile(cursorFile, usage);
      const connection = readConnection(command, { usage });
      const { watchActivations } = await import("./watch/watch.ts");
      const wish = {
        filters,
        cursor: start,
        recent: start === "" ? recent : 0,
        cursorFile,
        fromNowIfExpired: values.fromNowIfExpired === true,
      };
      process.exitCode = await watchActivations(connection, wish, values.output);
    },
  );
}

function addExport(slimmer: Command): void {
  const command = slimmer
    .command("export")
    .summary("Write activations to a file.")
    .description(
      "Write activations to a file, the newest first. A file gets its name when it is whole, and replaces the one that has it in one step; where the export breaks, that one stays.",
    )
    .argument("[system]", "only of this system")
    .addOption(
      new Option("--format <format>", "CSV with a header, or one JSON object a line")
        .choices(["csv", "ndjson"])
        .default("csv"),
    )
    .option("--to <file>", "where to: a regular file, or - (default: standard output)");
  addFilters(command, { byTime: true }).addHelpText(
    "after",
    examples(
      "slimmer export greenhouse --since 2026-03-01 --until 2026-03-31 --to march.csv",
      "slimmer export --format ndjson --since 24h | gzip > day.ndjson.gz",
    ),
  );
  addConnectionOptions(command).action(
    async (
      system: string | undefined,
      values: FilterValues & { format: "csv" | "ndjson"; to?: string },
    ) => {
      const usage = createUsage();
      const filters = readFilters(system, values, usage);
      const file = values.to === "-" ? undefined : values.to;
      const { checkExportFile } = await import("./export-file.ts");
      if (file !== undefined) checkExportFile(file, usage);
      const connection = readConnection(command, { usage });
      const { exportActivations } = await import("./export.ts");
      const format = values.format === "csv" ? "CSV" : "NDJSON";
      process.exitCode = await exportActivations(connection, { filters, format, file });
    },
  );
}

type ListValues = { limit: string; output: ListOutput };

function addOrder(command: Command): Command {
  return command.addOption(
    new Option("--order <order>", "what comes first")
      .choices(["attention", "name"])
      .default("attention"),
  );
}

/** NEVER_FIRED for "never-fired". */
function enumNames<Name extends string>(words: readonly string[] | undefined): Name[] {
  return (words ?? []).map((word) => word.toUpperCase().replaceAll("-", "_") as Name);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
