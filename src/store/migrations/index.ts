import type { Migration } from "../migration.ts";
import { systems } from "./0001_systems.ts";
import { entities } from "./0002_entities.ts";
import { runs } from "./0003_runs.ts";
import { activations } from "./0004_activations.ts";
import { folds } from "./0005_folds.ts";
import { sensorState } from "./0006_sensor_state.ts";
import { reading } from "./0007_reading.ts";

/** Every migration, oldest first. A released one is never edited; its successor mends it. */
export const MIGRATIONS: readonly Migration[] = [
  systems,
  entities,
  runs,
  activations,
  folds,
  sensorState,
  reading,
];
