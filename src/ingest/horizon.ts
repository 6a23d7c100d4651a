import { type Bounds, isWithin, NO_PARTITIONS, readBounds } from "../store/bounds.ts";
import type { Queryable } from "../store/queryable.ts";

/** This process's copy of the partition bounds. It may be stale; the statements that store rows notice. */
export type Horizon = {
  readonly bounds: Bounds;
  has(ms: number): boolean;
  reload(db: Queryable): Promise<void>;
};

export function createHorizon(): Horizon {
  let bounds = NO_PARTITIONS;
  return {
    get bounds() {
      return bounds;
    },
    has: (ms) => isWithin(bounds, ms),
    async reload(db) {
      bounds = await readBounds(db);
    },
  };
}
