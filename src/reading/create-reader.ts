import { createReaderContext, type ReaderContextOptions } from "./context.ts";
import { countActivations } from "./count-activations.ts";
import type { Reader } from "./reader.ts";
import { getRun, getRunCoverage } from "./runs/get-run.ts";
import { listRuns } from "./runs/list-runs.ts";
import { search } from "./search.ts";
import { getRhythm } from "./sensors/get-rhythm.ts";
import { getSensor } from "./sensors/get-sensor.ts";
import { listSensors } from "./sensors/list-sensors.ts";
import { getStorage } from "./storage/get-storage.ts";
import { getFleet } from "./systems/get-fleet.ts";
import { getSystem } from "./systems/get-system.ts";
import { listSystems } from "./systems/list-systems.ts";

export type ReaderOptions = ReaderContextOptions & {
  activations: Pick<Reader, "list_activations" | "get_activation">;
};

/** Every question that can be asked, over one lane of connections. */
export function createReader({ activations, ...options }: ReaderOptions): Reader {
  const context = createReaderContext(options);
  const { list_activations, get_activation } = activations;
  return {
    get_fleet: () => getFleet(context),
    list_systems: (request) => listSystems(context, request),
    get_system: (request) => getSystem(context, request),
    list_runs: (request) => listRuns(context, request),
    get_run: (request) => getRun(context, request),
    get_run_coverage: (request) => getRunCoverage(context, request),
    list_sensors: (request) => listSensors(context, request),
    get_sensor: (request) => getSensor(context, request),
    get_rhythm: (request) => getRhythm(context, list_activations, request),
    list_activations,
    get_activation,
    count_activations: (request) => countActivations(context, request),
    search: (request) => search(context, request),
    get_storage: () => getStorage(context),
  };
}
