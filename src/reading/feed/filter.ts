import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import { range } from "../../kit/range.ts";
import type { Interest } from "./interests.ts";
import type { NameBook } from "./names.ts";
import { isLate } from "./record-message.ts";
import type { Stretch } from "./stretch.ts";

/** Which rows of the feed somebody wants. */
export type Filter = {
  /** Undefined: of all systems. */
  readonly systemNo: number | undefined;
  readonly runNo: number | undefined;
  /** Flags that a row must have. */
  readonly flags: number;
  readonly late: boolean;
  /** Undefined: all of those systems. */
  readonly sensors: Interest | undefined;
  /** The same for filters that leave the same rows. */
  readonly key: string;
};

export function flagsOf(request: WatchActivationsRequestOutput): number {
  return (
    (request.unregistered ? FLAGS.unregistered : 0) |
    (request.clock_suspect ? FLAGS.clockSuspect : 0)
  );
}

/** Whether every row is wanted. */
export function isOpen({ systemNo, runNo, flags, late, sensors }: Filter): boolean {
  return systemNo === undefined && runNo === undefined && flags === 0 && !late && !sensors;
}

/** The rows of a stretch from `fromRow` on that the filter leaves, in their order; at once where no name has to be looked up. */
export function wantedRows(
  held: Stretch,
  fromRow: number,
  filter: Filter,
  names: NameBook,
): readonly number[] | Promise<readonly number[]> {
  const { systemNo, sensors } = filter;
  const ofSystem = systemNo === undefined ? undefined : held.rowsOf(systemNo);
  if (!sensors) return narrowed(held, ofSystem ?? range(0, held.count), fromRow, filter);
  // Names are looked up only where they matter.
  if (ofSystem?.length === 0) return ofSystem;
  const matching = () => narrowed(held, sensors.rowsIn(held), fromRow, filter);
  const learning = held.learn(names);
  return learning ? learning.then(matching) : matching();
}

/** Those of the rows from `fromRow` on that have what else the filter wants. */
function narrowed(
  held: Stretch,
  all: readonly number[],
  fromRow: number,
  { runNo, flags, late }: Filter,
): readonly number[] {
  let rows = fromRow > 0 ? all.filter((row) => row >= fromRow) : all;
  if (runNo !== undefined)
    rows = rows.filter((row) => held.recordOf(row).runNo(held.indexOf(row)) === runNo);
  if (flags !== 0) {
    rows = rows.filter((row) => (held.recordOf(row).flags(held.indexOf(row)) & flags) === flags);
  }
  if (late) {
    rows = rows.filter((row) => {
      const record = held.recordOf(row);
      const index = held.indexOf(row);
      return isLate(record.shownUs(index), record.receivedUs(index));
    });
  }
  return rows;
}
