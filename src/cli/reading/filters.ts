import type { Command } from "commander";
import type { Timestamp } from "slimmer-grpc";
import { LIMITS } from "../../domain/limits.ts";
import { isUuid } from "../../domain/uuid.ts";
import { textProblem } from "../sensors/parse-sensor.ts";
import type { Usage } from "../usage.ts";
import { momentKind } from "./moment.ts";

/** Which activations are meant, as the requests of the contract name it. */
export type Filters = {
  system_id?: string;
  run_id?: string;
  category?: string;
  name?: string;
  identity?: string;
  since?: Timestamp;
  until?: Timestamp;
  unregistered: boolean;
  clock_suspect: boolean;
  late: boolean;
};

export type FilterValues = SensorFilterValues & {
  run?: string;
  since?: string;
  until?: string;
  unregistered?: boolean;
  clockSuspect?: boolean;
  late?: boolean;
};

export type SensorFilterValues = { category?: string; name?: string; identity?: string };

/** Adds the filters of a sensor's three parts. */
export function addSensorFilters(command: Command): Command {
  return command
    .option(
      "--category <pattern>",
      "only sensors with this category; * is any text, ? any character",
    )
    .option("--name <pattern>", "only sensors with this name, likewise")
    .option("--identity <pattern>", "only sensors with this identity, likewise");
}

/** Adds the filters of activations; those by time where there is a past to look at. */
export function addFilters(command: Command, { byTime }: { byTime: boolean }): Command {
  command.option("--run <id>", "only of this run; needs the system");
  addSensorFilters(command);
  if (byTime) {
    command
      .option("--since <time>", "from this moment on: 2026-03-01T12:30:00Z, 2026-03-01, 2h, 7d")
      .option("--until <time>", "before this moment, likewise; a day counts to its end");
  }
  return command
    .option("--unregistered", "only of sensors that their run did not list")
    .option("--clock-suspect", "only of devices with a wrong clock")
    .option("--late", "only such as arrived more than a minute after they happened");
}

/** What is wrong with the filters is collected. */
export function readFilters(
  system: string | undefined,
  values: FilterValues,
  usage: Usage,
): Filters {
  readSystem(system, usage);
  const { run } = values;
  if (run !== undefined) {
    if (!isUuid(run)) usage.wrong(`--run=${JSON.stringify(run)} is no UUID`);
    if (system === undefined) usage.wrong("--run needs the system that the run belongs to");
  }
  const since = usage.parse("--since", values.since, momentKind("since"));
  const until = usage.parse("--until", values.until, momentKind("until"));
  if (since && until && !isBefore(since, until)) {
    usage.wrong(`--until=${JSON.stringify(values.until)} is not after --since`);
  }
  return {
    ...(system === undefined ? {} : { system_id: system }),
    ...(run === undefined ? {} : { run_id: run.toLowerCase() }),
    ...readSensorFilters(values, usage),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    unregistered: values.unregistered === true,
    clock_suspect: values.clockSuspect === true,
    late: values.late === true,
  };
}

export function readSensorFilters(values: SensorFilterValues, usage: Usage): SensorFilterValues {
  const { category, name, identity } = values;
  const parts = { category, name, identity };
  for (const [part, text] of Object.entries(parts)) {
    // Nothing at all would mean every sensor.
    if (text === "") usage.wrong(`--${part} is empty; leave it out to mean every sensor`);
  }
  return {
    ...(category === undefined ? {} : { category }),
    ...(name === undefined ? {} : { name }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** The system of an argument; what is wrong with it is collected. */
export function readSystem(system: string | undefined, usage: Usage): void {
  if (system === undefined) return;
  const problem = textProblem(system, LIMITS.systemId);
  if (problem) usage.wrong(`the system ${JSON.stringify(system)} ${problem}`);
}

function isBefore(one: Timestamp, other: Timestamp): boolean {
  const [seconds, others] = [Number(one.seconds), Number(other.seconds)];
  return seconds < others || (seconds === others && (one.nanos ?? 0) < (other.nanos ?? 0));
}
