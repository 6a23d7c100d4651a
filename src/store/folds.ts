import { CUT, FOLD } from "./fold-statement.ts";
import { LOCK_SPACE, LOCKS } from "./locks.ts";
import type { Queryable } from "./queryable.ts";

export type Folded = {
  /** False when another process was folding. */
  mine: boolean;
  records: number;
  rows: number;
  /** Age of the oldest record that was folded. */
  lagSeconds: number;
  /** More waited than one fold takes: call again at once. */
  more: boolean;
};

const NOTHING: Folded = { mine: true, records: 0, rows: 0, lagSeconds: 0, more: false };

/**
 * Numbers the records that nobody has numbered yet, which makes them a part of the feed, and adds them to all states and
 * counts, each exactly once. One process at a time: the lock ends with the transaction. `client` must be one connection.
 */
export async function fold(client: Queryable): Promise<Folded> {
  const waiting = await client.query({
    name: "fold_waiting",
    text: "select exists (select from fold_records where feed_no is null) as some",
  });
  if (!waiting.rows[0]?.some) return NOTHING;
  const done = await asFolder(client, async () => {
    const { rows } = await client.query(FOLD);
    if (rows[0].has_holey_runs) await client.query(CUT);
    return rows[0];
  });
  if (!done) return { ...NOTHING, mine: false };
  const { records, rows: count, lag_seconds: lagSeconds, more } = done;
  return { mine: true, records, rows: Number(count), lagSeconds, more };
}

/** Does `work` in a transaction as the only folder; undefined when another process is that. */
export async function asFolder<T>(
  client: Queryable,
  work: () => Promise<T>,
): Promise<T | undefined> {
  await client.query("begin");
  try {
    // The table of records grows from nothing between two looks of PostgreSQL at its size: a plan must not rest on that.
    const lock = await client.query(
      "select pg_try_advisory_xact_lock($1, $2) as got, set_config('enable_seqscan', 'off', true)",
      [LOCK_SPACE, LOCKS.folder],
    );
    if (!lock.rows[0]?.got) {
      await client.query("rollback");
      return undefined;
    }
    const done = await work();
    await client.query("commit");
    return done;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}
