import type { Queryable } from "../queryable.ts";
import { usOf } from "./micros.ts";

/** A sensor that a run, or the one before it, has to do with. */
export type CoverageRow = {
  category: string;
  name: string;
  identity: string;
  is_listed: boolean;
  was_listed: boolean;
  /** Null for one that did not fire in the run. */
  fired_count: number | null;
  first_fired_us: number | null;
  last_fired_us: number | null;
};

export type Coverage = { hasPrevious: boolean; sensors: CoverageRow[] };

export const COVERAGE = {
  name: "read_coverage",
  text: `
  with run as materialized (
    select manifest_hash, previous_run_no from runs where system_no = $1 and run_no = $2
  ),
  listed as (
    select unnest(manifests.entity_nos) as entity_no
    from run
    join manifests on manifests.system_no = $1 and manifests.manifest_hash = run.manifest_hash
  ),
  before as (
    select unnest(manifests.entity_nos) as entity_no
    from run
    join runs on runs.system_no = $1 and runs.run_no = run.previous_run_no
    join manifests on manifests.system_no = $1 and manifests.manifest_hash = runs.manifest_hash
  ),
  fired as (
    select entity_no, fired_count, first_fired_at, last_fired_at
    from run_sensor_state
    where system_no = $1 and run_no = $2
  )
  select
    entities.category,
    entities.name,
    entities.identity,
    listed.entity_no is not null as is_listed,
    before.entity_no is not null as was_listed,
    fired.fired_count,
    ${usOf("fired.first_fired_at")} as first_fired_us,
    ${usOf("fired.last_fired_at")} as last_fired_us,
    (select previous_run_no is not null from run) as has_previous
  from listed
  full join before using (entity_no)
  full join fired using (entity_no)
  join entities using (entity_no)
  where entities.system_no = $1
  order by entities.category, entities.name, entities.identity`,
};

/** Every sensor that the run lists, the run before it listed, or that fired in it; by name. */
export async function readCoverage(
  db: Queryable,
  systemNo: number,
  runNo: number,
): Promise<Coverage> {
  const { rows } = await db.query({ ...COVERAGE, values: [systemNo, runNo] });
  return { hasPrevious: rows[0]?.has_previous ?? false, sensors: rows };
}
