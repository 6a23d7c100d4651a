import type { RunOptions } from "./client.ts";
import { problemsError } from "./errors.ts";
import { checkMap, checkNumber, checkSensor, type Problems, shown } from "./field-checks.ts";
import type { Sensor } from "./sensor.ts";

const MAX_SENSORS = 10_000;
const MAX_SILENT_MS = 366 * 86_400_000;
const NAMES = ["labels", "silentAfterMs"];

/** What a run is begun with, checked and copied. Throws a ClientError (OPTIONS_INVALID) that names everything that is wrong. */
export function completeRun(
  sensors: readonly Sensor[],
  options: RunOptions,
): { sensors: Sensor[]; labels: Record<string, string>; silentAfterMs: number | undefined } {
  const problems: Problems = [];
  if (Array.isArray(sensors)) checkSensors(problems, sensors);
  else problems.push({ field: "sensors", problem: `must be an array, not ${shown(sensors)}` });
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) problems.push({ field: name, problem: "is no option of a run" });
  }
  const { labels = {}, silentAfterMs } = options;
  checkMap(problems, "labels", labels);
  if (silentAfterMs !== undefined) {
    checkNumber(problems, "silentAfterMs", silentAfterMs, {
      min: 1_000,
      max: MAX_SILENT_MS,
      unit: "milliseconds",
    });
  }
  if (problems.length > 0) throw problemsError("OPTIONS_INVALID", problems);
  return {
    sensors: sensors.map(({ category, name, identity }) => ({ category, name, identity })),
    labels: { ...labels },
    silentAfterMs,
  };
}

function checkSensors(problems: Problems, sensors: readonly Sensor[]): void {
  if (sensors.length > MAX_SENSORS) {
    const problem = `has ${sensors.length} sensors; at most ${MAX_SENSORS} are allowed`;
    problems.push({ field: "sensors", problem });
    return;
  }
  const places = new Map<string, number>();
  sensors.forEach((sensor, place) => {
    checkSensor(problems, `sensors[${place}].`, sensor);
    const key = `${sensor?.category}\0${sensor?.name}\0${sensor?.identity}`;
    const first = places.get(key);
    if (first === undefined) places.set(key, place);
    else {
      const problem = `is the same sensor as sensors[${first}]`;
      problems.push({ field: `sensors[${place}]`, problem });
    }
  });
}
