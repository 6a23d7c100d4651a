import type { Queryable } from "../queryable.ts";
import { JUDGED_SYSTEMS } from "./judged-systems.ts";

export type FleetSums = {
  up: number;
  late: number;
  down: number;
  stopped: number;
  quiet: number;
  sensors: number;
  firedCount: number;
  spooled: number;
  lost: number;
};

/** One look at each system, its run and that run's list of sensors: the primary keys. */
export const FLEET = {
  name: "read_fleet",
  text: `
  select
    count(*) filter (where judged.state = 'UP') as up,
    count(*) filter (where judged.state = 'LATE') as late,
    count(*) filter (where judged.state = 'DOWN') as down,
    count(*) filter (where judged.state = 'STOPPED') as stopped,
    count(*) filter (where judged.state = 'QUIET') as quiet,
    coalesce(sum(list.sensors), 0)::bigint as sensors,
    coalesce(sum(judged.fired_count), 0)::bigint as "firedCount",
    coalesce(sum(judged.client_spooled), 0)::bigint as spooled,
    coalesce(sum(judged.client_lost), 0)::bigint as lost
  from (${JUDGED_SYSTEMS}) as judged
  left join lateral (
    select cardinality(manifests.entity_nos) as sensors
    from manifests
    where manifests.system_no = judged.system_no and manifests.manifest_hash = judged.manifest_hash
    limit 1
  ) as list on true`,
};

/** All systems together, judged as of `nowUs`. */
export async function readFleet(
  db: Queryable,
  { nowUs, silentAfterMs }: { nowUs: number; silentAfterMs: number },
): Promise<FleetSums> {
  const { rows } = await db.query({ ...FLEET, values: [nowUs, silentAfterMs] });
  return rows[0];
}
