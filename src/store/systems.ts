import type { Queryable } from "./queryable.ts";

/** The number of a system, or undefined for a name that never registered a run. */
export async function findSystem(db: Queryable, systemId: string): Promise<number | undefined> {
  const { rows } = await db.query({
    name: "find_system",
    text: "select system_no from systems where system_id = $1",
    values: [systemId],
  });
  return rows[0]?.system_no;
}

/**
 * The number of a system, made if need be, and its lock until the transaction ends: whoever numbers runs or entities
 * of a system holds it. The lock leaves foreign-key checks alone, so the folder never waits for a registration.
 */
export async function lockSystem(tx: Queryable, systemId: string): Promise<number> {
  const lock = "select system_no from systems where system_id = $1 for no key update";
  const found = await tx.query(lock, [systemId]);
  if (found.rows[0]) return found.rows[0].system_no;
  await tx.query("insert into systems (system_id) values ($1) on conflict (system_id) do nothing", [
    systemId,
  ]);
  return (await tx.query(lock, [systemId])).rows[0].system_no;
}
