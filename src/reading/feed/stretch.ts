import type { StoredActivation } from "slimmer-grpc";
import type { Entity } from "../../domain/entity.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import type { Position } from "./cursor.ts";
import { type NameBook, NOBODY, type NumberedRows } from "./names.ts";
import { messageOf } from "./record-message.ts";

/**
 * Records that follow one another, in memory, with what their readers share: each row is made into a message at most
 * once. Rows are counted from 0 over all of its records.
 */
export type Stretch = {
  readonly firstNo: number;
  /** The number of the record after its last. */
  readonly nextNo: number;
  /** How many rows it has. */
  readonly count: number;
  /** The record of a row, and which of that record's rows it is. */
  recordOf(row: number): FeedRecord;
  indexOf(row: number): number;
  /** The first row at or behind a position in one of its records. */
  rowAt(position: Position): number;
  /** The position of a row, with it and what follows still to come. */
  positionAt(row: number): Position;
  /** The position right behind a row. */
  positionAfter(row: number): Position;
  /** The position behind all of its rows. */
  readonly end: Position;
  /** Whether it goes on where whoever stands at this position, in one of its records, has stopped: else it is of another history. */
  follows(position: Position): boolean;
  /** The rows of one system, in their order. */
  rowsOf(systemNo: number): readonly number[];
  /** Looks up the names of all rows, once for everybody; undefined where that is done. */
  learn(names: NameBook): Promise<void> | undefined;
  /** The sensor of a row, once `learn` is done. */
  sensor(row: number): Entity;
  /** The run of a row, and its system, once `learn` is done. */
  run(row: number): RunName;
  /** These rows as messages, once `learn` is done. */
  messagesOf(rows: readonly number[]): StoredActivation[];
  /** On which its readers keep what else they make of its rows for one another, until it forgets. */
  readonly shared: object;
  /** How many rows there are that were made into something, at most. */
  readonly messages: number;
  /** Gives them up; they can be made again. */
  forget(): void;
};

/** Rows from which on a stretch takes no further record: two messages' worth. */
const ENOUGH_ROWS = 1_000;

/** All of these records, in stretches that one who watches takes in at once. */
export function inStretches(records: readonly FeedRecord[]): Stretch[] {
  const stretches: Stretch[] = [];
  let rows = 0;
  let from = 0;
  records.forEach(({ count }, place) => {
    rows += count;
    if (rows < ENOUGH_ROWS && place < records.length - 1) return;
    stretches.push(holdStretch(records.slice(from, place + 1)));
    from = place + 1;
    rows = 0;
  });
  return stretches;
}

/** At least one record, without a gap. */
export function holdStretch(records: readonly FeedRecord[]): Stretch {
  const { no: firstNo } = records[0] as FeedRecord;
  const { starts, places, count } = placesOf(records);
  let bySystem: Map<number, number[]> | undefined;
  let made: (StoredActivation | undefined)[] = [];
  let names: StretchNames | undefined;
  let messages = 0;
  let shared: object | undefined;

  const sensor = (row: number) => names?.sensors[row] as Entity;
  const run = (row: number) => names?.runs[row] as RunName;
  const placeOf = (row: number) => places[row] as number;
  const startOf = (place: number) => starts[place] as number;
  const recordOf = (row: number) => records[placeOf(row)] as FeedRecord;
  const indexOf = (row: number) => row - startOf(placeOf(row));

  return {
    firstNo,
    nextNo: firstNo + records.length,
    count,
    recordOf,
    indexOf,
    rowAt({ no, index }) {
      const place = no - firstNo;
      return Math.min(startOf(place) + index, startOf(place + 1));
    },
    positionAt(row) {
      const { no, mark, markBefore } = recordOf(row);
      const index = indexOf(row);
      return { no, index, mark: index === 0 ? markBefore : mark };
    },
    positionAfter(row) {
      const place = placeOf(row);
      const { no, mark } = recordOf(row);
      return row + 1 === startOf(place + 1)
        ? { no: no + 1, index: 0, mark }
        : { no, index: indexOf(row) + 1, mark };
    },
    end: { no: firstNo + records.length, index: 0, mark: (records.at(-1) as FeedRecord).mark },
    follows({ no, index, mark }) {
      const record = records[no - firstNo] as FeedRecord;
      return mark === (index === 0 ? record.markBefore : record.mark);
    },
    rowsOf(systemNo) {
      bySystem ??= rowsBySystem(records);
      return bySystem.get(systemNo) ?? [];
    },
    learn(book) {
      if (names) return undefined;
      const found = namesIn(records, book);
      if (found.areAll) {
        names = found;
        return undefined;
      }
      const numbered: NumberedRows = {
        systemNo: (row) => recordOf(row).systemNo(indexOf(row)),
        entityNo: (row) => recordOf(row).entityNo(indexOf(row)),
        runNo: (row) => recordOf(row).runNo(indexOf(row)),
      };
      return Promise.resolve(book.learn(numbered, Array.from(places.keys()))).then(() => {
        names = namesIn(records, book);
      });
    },
    sensor,
    run,
    messagesOf(rows) {
      return rows.map((row) => {
        const known = made[row];
        if (known) return known;
        const { systemId, runId } = run(row);
        const its = { systemId, runId, entity: sensor(row) };
        const message = messageOf(recordOf(row), indexOf(row), its);
        made[row] = message;
        messages += 1;
        return message;
      });
    },
    get shared() {
      shared ??= {};
      return shared;
    },
    get messages() {
      return messages + (shared ? count : 0);
    },
    forget() {
      shared = undefined;
      made = [];
      messages = 0;
    },
  };
}

/** The names of a stretch's rows. */
type StretchNames = {
  sensors: readonly Entity[];
  runs: readonly RunName[];
  /** False where the book does not know some. */
  areAll: boolean;
};

/** A run, with its system; the rows of a stretch that are of the same run share it. */
export type RunName = { systemNo: number; runNo: number; systemId: string; runId: string };

function namesIn(records: readonly FeedRecord[], book: NameBook): StretchNames {
  const sensors: Entity[] = [];
  const runs: RunName[] = [];
  const lastRuns = new Map<number, RunName>();
  let areAll = true;
  for (const record of records) {
    for (let row = 0; row < record.count; row += 1) {
      const systemNo = record.systemNo(row);
      const runNo = record.runNo(row);
      let run = lastRuns.get(systemNo);
      if (run?.runNo !== runNo) {
        const systemId = book.systemId(systemNo);
        const runId = book.runId(systemNo, runNo);
        run = { systemNo, runNo, systemId, runId };
        lastRuns.set(systemNo, run);
        areAll &&= systemId !== "" && (runNo === 0 || runId !== "");
      }
      const sensor = book.entity(systemNo, record.entityNo(row));
      areAll &&= sensor !== NOBODY;
      sensors.push(sensor);
      runs.push(run);
    }
  }
  return { sensors, runs, areAll };
}

function rowsBySystem(records: readonly FeedRecord[]): Map<number, number[]> {
  const index = new Map<number, number[]>();
  let next = 0;
  for (const record of records) {
    for (let row = 0; row < record.count; row += 1) {
      const systemNo = record.systemNo(row);
      const rows = index.get(systemNo);
      if (rows) rows.push(next);
      else index.set(systemNo, [next]);
      next += 1;
    }
  }
  return index;
}

/** Of each record its first row, and behind the last one the number of all; of each row the place of its record. */
function placesOf(records: readonly FeedRecord[]) {
  const starts = new Uint32Array(records.length + 1);
  records.forEach((record, place) => {
    starts[place + 1] = (starts[place] as number) + record.count;
  });
  const count = starts[records.length] as number;
  const places = new Uint32Array(count);
  records.forEach((_, place) => {
    places.fill(place, starts[place], starts[place + 1]);
  });
  return { starts, places, count };
}
