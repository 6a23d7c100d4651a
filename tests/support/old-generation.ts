import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" | "major" }) => void;

/** The collection that happens all the time: of what is young. What has lived through two of them grows old. */
export function collectYoung(): void {
  collect({ type: "minor" });
}

/** All that is alive now is old afterwards. */
export function collectAll(): void {
  collect({ type: "major" });
}

/** Bytes in the part of the heap that is collected rarely. */
export function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => space_name === "old_space");
  return old.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}
