import { uuidFloor } from "../domain/uuid.ts";
import { type Bounds, isWithin, NO_PARTITIONS, readBounds } from "../store/bounds.ts";
import type { Queryable } from "../store/queryable.ts";

/** This process's copy of the partition bounds. It may be stale; the statements that store rows notice. */
export type Horizon = {
  readonly bounds: Bounds;
  /** Whether a moment, in Unix milliseconds, lies in a partition. */
  has(ms: number): boolean;
  /** Whether a UUIDv7 in lower case does. Compares texts: the hot path asks this for every row. */
  covers(uuid: string): boolean;
  reload(db: Queryable): Promise<void>;
};

export function createHorizon(): Horizon {
  let bounds = NO_PARTITIONS;
  let lowerId = "";
  let upperId = "";
  return {
    get bounds() {
      return bounds;
    },
    has: (ms) => isWithin(bounds, ms),
    covers: (uuid) => uuid >= lowerId && uuid < upperId,
    async reload(db) {
      bounds = await readBounds(db);
      lowerId = uuidFloor(bounds.lowerMs);
      upperId = uuidFloor(bounds.upperMs);
    },
  };
}
