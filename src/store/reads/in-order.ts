import type { Queryable } from "../queryable.ts";

/**
 * What the planner can't know of a walk that stops early: a hundred partitions are planned once, not for each page; rows
 * come in the order of an index, and are never all gathered to be sorted, whatever the statistics say of a system; where
 * the last, small sort of a page can't be avoided, its price is no reason to compile the plan.
 */
const BEGIN = `begin isolation level repeatable read read only;
set local plan_cache_mode = force_generic_plan;
set local enable_sort = off;
set local enable_seqscan = off;
set local enable_bitmapscan = off;
set local enable_hashjoin = off;
set local enable_mergejoin = off;
set local jit = off`;

/**
 * Runs the statements of one page, all of which see the same rows: the counts that lead them are those of the rows that
 * they find. `db` must be one connection.
 */
export async function inOrder<T>(db: Queryable, work: (db: Queryable) => Promise<T>): Promise<T> {
  await db.query(BEGIN);
  try {
    const result = await work(db);
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback").catch(() => {});
    throw error;
  }
}
