import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
import { type HeldRecord, isLate } from "./held-record.ts";
import type { NameBook } from "./names.ts";

/** Which rows of the feed somebody wants. */
export type Filter = {
  /** Undefined: of all systems. */
  readonly systemNo: number | undefined;
  readonly runNo: number | undefined;
  /** Flags that a row must have. */
  readonly flags: number;
  readonly late: boolean;
  readonly matches: ((entity: Entity) => boolean) | undefined;
};

export function flagsOf(request: WatchActivationsRequestOutput): number {
  return (
    (request.unregistered ? FLAGS.unregistered : 0) |
    (request.clock_suspect ? FLAGS.clockSuspect : 0)
  );
}

/** Whether every row of a record is wanted. */
export function isOpen({ systemNo, runNo, flags, late, matches }: Filter): boolean {
  return systemNo === undefined && runNo === undefined && flags === 0 && !late && !matches;
}

/** The rows of a record from `fromRow` on that the filter leaves, in their order. */
export async function wantedRows(
  held: HeldRecord,
  fromRow: number,
  filter: Filter,
  names: NameBook,
): Promise<readonly number[]> {
  const { record } = held;
  const { systemNo, runNo, flags, late, matches } = filter;
  let rows = systemNo === undefined ? range(0, record.count) : held.rowsOf(systemNo);
  if (fromRow > 0) rows = rows.filter((row) => row >= fromRow);
  if (runNo !== undefined) rows = rows.filter((row) => record.runNo(row) === runNo);
  if (flags !== 0) rows = rows.filter((row) => (record.flags(row) & flags) === flags);
  if (late) rows = rows.filter((row) => isLate(record, row));
  if (!matches || rows.length === 0) return rows;
  await held.learn(names);
  return rows.filter((row) => matches(held.sensor(row)));
}

/** The numbers from `from` up to `end`, without it. */
export function range(from: number, end: number): number[] {
  const numbers: number[] = [];
  for (let number = from; number < end; number += 1) numbers.push(number);
  return numbers;
}
