import type { StoredActivation, Timestamp } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import { type NameBook, NOBODY } from "./names.ts";

/** A record in memory, with what its readers share: each row is made into a message at most once. */
export type HeldRecord = {
  readonly record: FeedRecord;
  /** Its rows of one system, in their order. */
  rowsOf(systemNo: number): readonly number[];
  /** Looks up the names of all its rows, once for everybody; undefined where that is done. */
  learn(names: NameBook): Promise<void> | undefined;
  /** The sensor of a row, once `learn` is done. */
  sensor(row: number): Entity;
  /** These rows as messages, once `learn` is done. */
  messagesOf(rows: readonly number[]): StoredActivation[];
  /** How many messages it holds. */
  readonly messages: number;
  /** Gives them up; they can be made again. */
  forget(): void;
};

/** An activation that took longer than this to arrive is late. */
const LATE_US = 60_000_000;

export function isLate(record: FeedRecord, row: number): boolean {
  return record.receivedUs(row) - record.shownUs(row) > LATE_US;
}

export function holdRecord(record: FeedRecord): HeldRecord {
  let bySystem: Map<number, number[]> | undefined;
  let made: (StoredActivation | undefined)[] = [];
  let names: RecordNames | undefined;
  let count = 0;

  function indexBySystem(): Map<number, number[]> {
    const index = new Map<number, number[]>();
    for (let row = 0; row < record.count; row += 1) {
      const systemNo = record.systemNo(row);
      const rows = index.get(systemNo);
      if (rows) rows.push(row);
      else index.set(systemNo, [row]);
    }
    return index;
  }

  return {
    record,
    rowsOf(systemNo) {
      bySystem ??= indexBySystem();
      return bySystem.get(systemNo) ?? [];
    },
    learn(book) {
      if (names) return undefined;
      const found = namesIn(record, book);
      if (found.areAll) {
        names = found;
        return undefined;
      }
      const all = Array.from({ length: record.count }, (_, row) => row);
      return Promise.resolve(book.learn(record, all)).then(() => {
        names = namesIn(record, book);
      });
    },
    sensor: (row) => names?.sensors[row] as Entity,
    messagesOf(rows) {
      return rows.map((row) => {
        const known = made[row];
        if (known) return known;
        const message = messageOf(record, row, names as RecordNames);
        made[row] = message;
        count += 1;
        return message;
      });
    },
    get messages() {
      return count;
    },
    forget() {
      made = [];
      count = 0;
    },
  };
}

/** The names of a record's rows. */
type RecordNames = {
  sensors: readonly Entity[];
  runs: readonly RunName[];
  /** False where the book does not know some. */
  areAll: boolean;
};

/** A run, with its system; rows of the same run that follow one another share it. */
type RunName = { systemNo: number; runNo: number; systemId: string; runId: string };

function namesIn(record: FeedRecord, book: NameBook): RecordNames {
  const sensors: Entity[] = [];
  const runs: RunName[] = [];
  let areAll = true;
  let run: RunName | undefined;
  for (let row = 0; row < record.count; row += 1) {
    const systemNo = record.systemNo(row);
    const runNo = record.runNo(row);
    if (run?.systemNo !== systemNo || run.runNo !== runNo) {
      const systemId = book.systemId(systemNo);
      const runId = book.runId(systemNo, runNo);
      run = { systemNo, runNo, systemId, runId };
      areAll &&= systemId !== "" && (runNo === 0 || runId !== "");
    }
    const sensor = book.entity(systemNo, record.entityNo(row));
    areAll &&= sensor !== NOBODY;
    sensors.push(sensor);
    runs.push(run);
  }
  return { sensors, runs, areAll };
}

function messageOf(record: FeedRecord, row: number, names: RecordNames): StoredActivation {
  const { systemId, runId } = names.runs[row] as RunName;
  const flags = record.flags(row);
  const shownUs = record.shownUs(row);
  const occurredUs = record.occurredUs(row);
  const shownAt = timestampOf(shownUs);
  return {
    system_id: systemId,
    run_id: runId,
    entity: names.sensors[row] as Entity,
    activation_id: record.activationId(row),
    shown_at: shownAt,
    occurred_at: occurredUs === shownUs ? shownAt : timestampOf(occurredUs),
    received_at: timestampOf(record.receivedUs(row)),
    seq: record.seq(row),
    attributes: record.attributes(row) ?? {},
    unregistered: (flags & FLAGS.unregistered) !== 0,
    clock_suspect: (flags & FLAGS.clockSuspect) !== 0,
    late: isLate(record, row),
  };
}

function timestampOf(us: number): Timestamp {
  const seconds = Math.floor(us / 1_000_000);
  return { seconds, nanos: (us - seconds * 1_000_000) * 1_000 };
}
