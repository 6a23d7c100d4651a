import type { Command } from "commander";
import { LIMITS } from "../../domain/limits.ts";
import { type Usage, UsageProblem } from "../usage.ts";
import { parseSensor, SENSOR_FORM, type Sensor, sensorKey } from "./parse-sensor.ts";
import { type Placed, readSensorFile } from "./sensor-file.ts";

export type SensorOptions = { readonly sensor?: readonly string[]; readonly sensors?: string };

/** Adds `--sensor` and `--sensors`. */
export function addSensorOptions(command: Command): Command {
  return command
    .option(
      "--sensor <sensor>",
      `a sensor of the run: ${SENSOR_FORM}; again for more`,
      collectWords,
    )
    .option("--sensors <file>", "YAML, JSON or CSV file with the sensors of the run");
}

/** The sensors of a run, from both options. What is wrong is collected: every wrong sensor, and each that is there twice. */
export async function readSensors(
  { sensor = [], sensors: file }: SensorOptions,
  usage: Usage,
): Promise<Sensor[]> {
  const placed: Placed[] = [];
  for (const text of sensor) {
    const parsed = usage.collect(() => parseSensor(text, "--sensor"));
    if (parsed) placed.push({ place: `--sensor ${JSON.stringify(text)}`, sensor: parsed });
  }
  if (file !== undefined) {
    try {
      placed.push(...(await readSensorFile(file)));
    } catch (error) {
      if (!(error instanceof UsageProblem)) throw error;
      for (const problem of error.problems) usage.wrong(problem);
    }
  }
  if (placed.length > LIMITS.maxEntities) {
    usage.wrong(`there are ${placed.length} sensors; a run has at most ${LIMITS.maxEntities}`);
  }
  const firstPlaces = new Map<string, string>();
  for (const { place, sensor } of placed) {
    const first = firstPlaces.get(sensorKey(sensor));
    if (first === undefined) firstPlaces.set(sensorKey(sensor), place);
    else usage.wrong(`${place} is the same sensor as ${first}`);
  }
  return placed.map(({ sensor }) => sensor);
}

/** For commander: an option that may be given again and again. */
export function collectWords(word: string, earlier: readonly string[] = []): string[] {
  return [...earlier, word];
}
