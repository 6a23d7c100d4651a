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

/** Deletes hourly counts from before `beforeMs`, in turns with the folder; returns how many. */
export async function dropOldHours(client: Queryable, beforeMs: number): Promise<number> {
  return inChunks(async () => {
    await client.query("begin");
    try {
      await client.query("select pg_advisory_xact_lock($1, $2)", [LOCK_SPACE, LOCKS.folder]);
      const { rowCount } = await client.query(
        `delete from activations_hourly
        where (system_no, entity_no, hour) in (
          select system_no, entity_no, hour from activations_hourly where hour < $1 limit ${CHUNK}
        )`,
        [new Date(beforeMs)],
      );
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
