import { LOCK_SPACE, LOCKS } from "./locks.ts";
import type { Queryable } from "./queryable.ts";

/** Takes the keeper's lead if nobody has it. It lasts as long as the connection. */
export async function tryLead(client: Queryable): Promise<boolean> {
  const { rows } = await client.query("select pg_try_advisory_lock($1, $2) as got", [
    LOCK_SPACE,
    LOCKS.keeper,
  ]);
  return rows[0].got;
}
