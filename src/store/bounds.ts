import type { Queryable } from "./queryable.ts";

/** Between which times (Unix milliseconds, whole days, `upperMs` exclusive) every partition exists. */
export type Bounds = { lowerMs: number; upperMs: number };

export const NO_PARTITIONS: Bounds = { lowerMs: 0, upperMs: 0 };

export async function readBounds(db: Queryable): Promise<Bounds> {
  const { rows } = await db.query("select lower_ms, upper_ms from partition_bounds");
  const row = rows[0];
  return row ? { lowerMs: row.lower_ms, upperMs: row.upper_ms } : NO_PARTITIONS;
}

export function isWithin(bounds: Bounds, ms: number): boolean {
  return ms >= bounds.lowerMs && ms < bounds.upperMs;
}
