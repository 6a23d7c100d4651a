import { LOCK_SPACE, LOCKS } from "./locks.ts";
import type { Queryable } from "./queryable.ts";

/** Rows of one delete: short enough that nobody waits for its locks. */
const CHUNK = 5_000;

/** Deletes strays that were received before `beforeMs`; returns how many. */
export async function dropOldStrays(db: Queryable, beforeMs: number): Promise<number> {
  return inChunks(async () => {
    const { rowCount } = await db.query(
      `delete from stray_activations
      where (system_no, activation_id) in (
        select system_no, activation_id from stray_activations where received_at < $1 limit ${CHUNK}
      )`,
      [new Date(beforeMs)],
    );
    return rowCount ?? 0;
  });
}

/** What the folder keeps for as long as hourly counts; each deletes a chunk of what is older than $1. */
const OLD_COUNTS = [
  `delete from activations_hourly
  where (system_no, entity_no, hour) in (
    select system_no, entity_no, hour from activations_hourly where hour < $1 limit ${CHUNK}
  )`,
  `delete from system_hourly
  where (system_no, hour) in (
    select system_no, hour from system_hourly where hour < $1 limit ${CHUNK}
  )`,
  // By the run, so that a current one keeps all its sensors. run_state itself stays, as runs do.
  `delete from run_sensor_state
  where (system_no, run_no, entity_no) in (
    select system_no, run_no, run_sensor_state.entity_no
    from run_state
    join run_sensor_state using (system_no, run_no)
    left join system_state using (system_no)
    where run_state.last_fired_at < $1 and run_state.run_no is distinct from system_state.current_run_no
    limit ${CHUNK}
  )`,
];

/** Deletes hourly counts from before `beforeMs`, and what is kept along with them, in turns with the folder; returns how many rows. */
export async function dropOldHours(client: Queryable, beforeMs: number): Promise<number> {
  let total = 0;
  for (const statement of OLD_COUNTS) total += await inTurns(client, statement, beforeMs);
  return total;
}

function inTurns(client: Queryable, statement: string, beforeMs: number): Promise<number> {
  return inChunks(async () => {
    await client.query("begin");
    try {
      await client.query("select pg_advisory_xact_lock($1, $2)", [LOCK_SPACE, LOCKS.folder]);
      const { rowCount } = await client.query(statement, [new Date(beforeMs)]);
      await client.query("commit");
      return rowCount ?? 0;
    } catch (error) {
      await client.query("rollback").catch(() => {});
      throw error;
    }
  });
}

async function inChunks(deleteChunk: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let deleted = CHUNK; deleted === CHUNK; ) {
    deleted = await deleteChunk();
    total += deleted;
  }
  return total;
}
