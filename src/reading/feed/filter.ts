import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
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
  readonly matches: ((entity: Entity) => boolean) | undefined;
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
export function isOpen({ systemNo, runNo, flags, late, matches }: Filter): boolean {
  return systemNo === undefined && runNo === undefined && flags === 0 && !late && !matches;
}

/** The rows of a stretch from `fromRow` on that the filter leaves, in their order; at once where no name has to be looked up. */
export function wantedRows(
  held: Stretch,
  fromRow: number,
  filter: Filter,
  names: NameBook,
): readonly number[] | Promise<readonly number[]> {
  const { systemNo, runNo, flags, late, matches } = filter;
  let rows = systemNo === undefined ? range(0, held.count) : held.rowsOf(systemNo);
  if (fromRow > 0) rows = rows.filter((row) => row >= fromRow);
  if (runNo !== undefined)
    rows = rows.filter((row) => held.recordOf(row).runNo(held.indexOf(row)) === runNo);
  if (flags !== 0) {
    rows = rows.filter((row) => (held.recordOf(row).flags(held.indexOf(row)) & flags) === flags);
  }
  if (late) rows = rows.filter((row) => isLate(held.recordOf(row), held.indexOf(row)));
  if (!matches || rows.length === 0) return rows;
  const matching = () => rows.filter((row) => matches(held.sensor(row)));
  const learning = held.learn(names);
  return learning ? learning.then(matching) : matching();
}

/** The numbers from `from` up to `end`, without it. */
export function range(from: number, end: number): number[] {
  const numbers: number[] = [];
  for (let number = from; number < end; number += 1) numbers.push(number);
  return numbers;
}
