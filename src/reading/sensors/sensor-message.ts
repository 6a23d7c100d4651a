import type { Sensor } from "slimmer-grpc";
import type { Queryable } from "../../store/queryable.ts";
import { countBySensor, latestHours } from "../../store/reads/hours.ts";
import type { SensorRow } from "../../store/reads/sensors.ts";
import { HOURS } from "../systems/system-message.ts";
import { toOptionalDuration, toOptionalTimestamp, toTimestamp } from "../wire-time.ts";

/** Sensors of one system as the contract has them, with their counts of the last 24 hours. */
export async function toSensors(
  db: Queryable,
  { systemNo, systemId }: { systemNo: number; systemId: string },
  rows: readonly SensorRow[],
  nowUs: number,
): Promise<Sensor[]> {
  const entityNos = rows.map((row) => row.entity_no);
  const counts = await countBySensor(db, systemNo, entityNos, latestHours(nowUs, HOURS));
  return rows.map((row, place) => ({
    system_id: systemId,
    entity: { category: row.category, name: row.name, identity: row.identity },
    attention: row.attention,
    registered: row.registered,
    created_at: toTimestamp(row.created_us),
    first_fired_at: toOptionalTimestamp(row.first_fired_us),
    last_fired_at: toOptionalTimestamp(row.last_fired_us),
    fired_count: row.fired_count ?? 0,
    run_fired_count: row.run_fired_count ?? 0,
    usual_gap: toOptionalDuration(usualGapUs(row)),
    hourly_counts: counts[place] ?? [],
  }));
}

/** Unknown before the second firing. */
function usualGapUs({
  first_fired_us: first,
  last_fired_us: last,
  fired_count: count,
}: SensorRow): number | undefined {
  if (first === null || last === null || count === null || count < 2) return undefined;
  return (last - first) / (count - 1);
}
