import type { StoredActivation, Timestamp } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import type { NameBook } from "./names.ts";

/** A record in memory, with what its readers share: each row is made into a message at most once. */
export type HeldRecord = {
  readonly record: FeedRecord;
  /** Its rows of one system, in their order. */
  rowsOf(systemNo: number): readonly number[];
  /** Looks up the names of all its rows, once for everybody; undefined where that is done. */
  learn(names: NameBook): Promise<void> | undefined;
  /** The sensor of a row, once `learn` is done. */
  sensor(row: number): Entity;
  /** These rows as messages. Their names must be known to the book. */
  messagesOf(rows: readonly number[], names: NameBook): StoredActivation[];
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
  let sensors: Entity[] | undefined;
  let count = 0;

  function noteSensors(names: NameBook): void {
    sensors = Array.from({ length: record.count }, (_, row) =>
      names.entity(record.systemNo(row), record.entityNo(row)),
    );
  }

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
    learn(names) {
      if (sensors) return undefined;
      const asked = names.learn(
        record,
        Array.from({ length: record.count }, (_, row) => row),
      );
      if (asked) return asked.then(() => noteSensors(names));
      noteSensors(names);
      return undefined;
    },
    sensor: (row) => sensors?.[row] as Entity,
    messagesOf(rows, names) {
      return rows.map((row) => {
        const known = made[row];
        if (known) return known;
        const message = messageOf(record, row, names);
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

function messageOf(record: FeedRecord, row: number, names: NameBook): StoredActivation {
  const systemNo = record.systemNo(row);
  const flags = record.flags(row);
  const shownUs = record.shownUs(row);
  const occurredUs = record.occurredUs(row);
  const shownAt = timestampOf(shownUs);
  return {
    system_id: names.systemId(systemNo),
    run_id: names.runId(systemNo, record.runNo(row)),
    entity: names.entity(systemNo, record.entityNo(row)),
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
