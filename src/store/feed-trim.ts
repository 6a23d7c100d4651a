import { asFolder } from "./folds.ts";
import type { Queryable } from "./queryable.ts";

export type FeedBounds = {
  /** How long a record stays after it was folded, in milliseconds. */
  retentionMs: number;
  /** How much the records may take in all. */
  maxBytes: number;
};

/** The newest records stay, whatever the bounds say: a page that opens begins with them. */
const KEPT = 1_000;
/** Most records of one transaction. */
const CHUNK = 2_000;

/**
 * Moves first_no, so that who reads the feed knows what is gone. A record goes when it is too old, or when those after it
 * fill the feed already; never one that nobody has folded, for those have no number.
 */
const MOVE = {
  name: "feed_move",
  text: `
  with state as (
    select first_no, last_no, bytes from feed_state
  ),
  oldest as (
    select feed_no, folded_at, created_at, state.bytes - (sum(fold_records.bytes) over (order by feed_no) - fold_records.bytes) as bytes_from_here
    from state
    cross join lateral (
      select feed_no, folded_at, created_at, coalesce(bytes, 0) as bytes
      from fold_records
      where feed_no >= state.first_no and feed_no <= state.last_no - ${KEPT}
      order by feed_no
      limit ${CHUNK}
    ) as fold_records
  ),
  edge as (
    select
      coalesce(
        min(feed_no) filter (where coalesce(folded_at, created_at) >= now() - $1 * interval '1 millisecond' and bytes_from_here <= $2),
        max(feed_no) + 1
      ) as first_no
    from oldest
  )
  update feed_state
  set first_no = edge.first_no
  from edge, state
  where edge.first_no > state.first_no
  returning state.first_no as old_no, edge.first_no as new_no`,
};

const DELETE = {
  name: "feed_delete",
  text: `
  with gone as (
    delete from fold_records
    where feed_no >= $1 and feed_no < $2
    returning coalesce(bytes, 0) as bytes
  ),
  freed as (
    update feed_state set bytes = greatest(feed_state.bytes - gone.bytes, 0)
    from (select sum(bytes) as bytes from gone having count(*) > 0) as gone
  )
  select count(*) as records from gone`,
};

/**
 * Deletes what the feed has too much of, at most 2,000 records of it, in turns with the folder. `more` when there may be
 * more of it. `client` must be one connection.
 */
export async function trimFeed(
  client: Queryable,
  { retentionMs, maxBytes }: FeedBounds,
): Promise<{ records: number; more: boolean }> {
  const records = await asFolder(client, async () => {
    const { rows: moves } = await client.query({ ...MOVE, values: [retentionMs, maxBytes] });
    const move = moves[0];
    if (!move) return 0;
    const { rows } = await client.query({ ...DELETE, values: [move.old_no, move.new_no] });
    return rows[0].records as number;
  });
  return { records: records ?? 0, more: records === CHUNK };
}
