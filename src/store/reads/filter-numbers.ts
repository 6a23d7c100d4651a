import type { Queryable } from "../queryable.ts";
import type { SensorNumber } from "./activations.ts";

/** What the names in a filter stand for. */
export type FoundRun = { runNo: number; startedAtMs: number };

export async function findRunStart(
  db: Queryable,
  systemNo: number,
  runId: string,
): Promise<FoundRun | undefined> {
  const { rows } = await db.query({
    name: "find_run_start",
    text: `select run_no, (extract(epoch from started_at) * 1000)::bigint as started_ms
      from runs
      where system_no = $1 and run_id = $2`,
    values: [systemNo, runId],
  });
  const [row] = rows;
  return row && { runNo: row.run_no, startedAtMs: row.started_ms };
}

type Patterns = { category: string; name: string; identity: string };

/**
 * The sensors of a system, or of all, whose names match these patterns of LIKE; at most `limit`. In one system the index is
 * the primary key; of all systems each sensor is looked at: their number does not grow with history.
 */
export async function findSensors(
  db: Queryable,
  systemNo: number | undefined,
  { category, name, identity }: Patterns,
  limit: number,
): Promise<SensorNumber[]> {
  const names = "category like $1 and name like $2 and identity like $3";
  const values = [category, name, identity, limit];
  const { rows } =
    systemNo === undefined
      ? await db.query({
          name: "find_sensors_like",
          text: `select system_no, entity_no from entities where ${names} limit $4`,
          values,
        })
      : await db.query({
          name: "find_sensors_of_system_like",
          text: `select system_no, entity_no from entities where system_no = $5 and ${names} limit $4`,
          values: [...values, systemNo],
        });
  return rows.map((row) => ({ systemNo: row.system_no, entityNo: row.entity_no }));
}
