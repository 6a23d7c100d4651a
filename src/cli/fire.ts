import { type Command, Option } from "commander";
import { BadValue, integer, type Setting } from "../config/kinds.ts";
import { isUuid } from "../domain/uuid.ts";
import { requireDay } from "./calendar-day.ts";
import { addConnectionOptions, readConnection } from "./connection/connection-options.ts";
import { requireSystem } from "./connection/require-system.ts";
import { fireShot } from "./fire-shot.ts";
import { addOutputOption, type Output } from "./output/output-option.ts";
import { readPairs } from "./pairs.ts";
import { parseSensor, SENSOR_FORM, type Sensor } from "./sensors/parse-sensor.ts";
import { collectWords } from "./sensors/sensor-options.ts";
import { createUsage } from "./usage.ts";

/** What `slimmer fire` fires. */
export type Shot = {
  readonly system: string;
  /** A run that somebody else has registered; undefined for one of its own. */
  readonly runId: string | undefined;
  readonly sensor: Sensor;
  readonly attributes: Record<string, string>;
  readonly occurredAt: Date | undefined;
  readonly count: number;
};

const COUNT = integer("", 1, { min: 1, max: 1_000_000 }, "");

/** A local time without a zone is meant as the machine's. */
const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

const MOMENT: Pick<Setting<Date>, "allowed" | "parse"> = {
  allowed: "a time like 2026-03-01T12:30:00Z",
  parse(text) {
    const match = ISO_TIME.exec(text);
    if (!match) throw new BadValue("is no time");
    const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
    requireDay(year, month, day);
    const date = new Date(text.replace(" ", "T"));
    if (Number.isNaN(date.getTime())) throw new BadValue("is no time");
    return date;
  },
};

type Values = {
  system?: string;
  run?: string;
  attribute?: string[];
  at?: string;
  count?: string;
  spool?: string;
  output: Output;
};

/** Adds `slimmer fire <sensor>`. */
export function addFire(slimmer: Command): void {
  const command = slimmer
    .command("fire")
    .summary("Record that a sensor triggered.")
    .description(
      "Record that a sensor triggered, and wait until the server has stored it. Without a run it registers one of its own with this sensor, and ends it.",
    )
    .argument("<sensor>", SENSOR_FORM)
    .option(
      "--attribute <key=value>",
      "something to keep with the activation; again for more",
      collectWords,
    )
    .addOption(new Option("--at <time>", "when it triggered, where that is not now (ISO 8601)"))
    .option("--count <n>", "fire as many times", "1")
    .addHelpText(
      "after",
      "\nExample: slimmer fire 'door/front door/door-1' --system greenhouse --attribute opened=true\n\nExit codes: 0 stored; 1 not stored, or not yet (with --spool it is safe on disk); 2 wrong command line.",
    );
  addConnectionOptions(addOutputOption(command), ["system", "run", "spool"]).action(
    async (text: string, values: Values) => {
      const usage = createUsage();
      const system = requireSystem(values.system, usage);
      const sensor = usage.collect(() => parseSensor(text, "the sensor"));
      const attributes = readPairs("--attribute", values.attribute, usage);
      const occurredAt = usage.parse("--at", values.at, MOMENT);
      const count = usage.parse("--count", values.count, COUNT);
      const runId = values.run ?? process.env.SLIMMER_RUN_ID ?? "";
      if (runId !== "" && !isUuid(runId)) {
        const name = values.run === undefined ? "SLIMMER_RUN_ID" : "--run";
        usage.wrong(`${name}=${JSON.stringify(runId)} is no UUID`);
      }
      const connection = readConnection(command, { usage });
      const shot = {
        system,
        runId: runId === "" ? undefined : runId.toLowerCase(),
        sensor,
        attributes,
        occurredAt,
        count,
      } as Shot;
      process.exitCode = await fireShot(connection, shot, values.output);
    },
  );
}
