import type { StoredActivation, Timestamp } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
import type { FeedRecord } from "../../store/feed-record.ts";

/** An activation that took longer than this to arrive is late. */
const LATE_US = 60_000_000;

export function isLate(shownUs: number, receivedUs: number): boolean {
  return receivedUs - shownUs > LATE_US;
}

/** What the names of a row are. */
export type RowNames = { systemId: string; runId: string; entity: Entity };

export function messageOf(record: FeedRecord, row: number, names: RowNames): StoredActivation {
  const { systemId, runId, entity } = names;
  const flags = record.flags(row);
  const shownUs = record.shownUs(row);
  const occurredUs = record.occurredUs(row);
  const receivedUs = record.receivedUs(row);
  const shownAt = timestampOf(shownUs);
  return {
    system_id: systemId,
    run_id: runId,
    entity,
    activation_id: record.activationId(row),
    shown_at: shownAt,
    occurred_at: occurredUs === shownUs ? shownAt : timestampOf(occurredUs),
    received_at: timestampOf(receivedUs),
    seq: record.seq(row),
    attributes: record.attributes(row) ?? {},
    unregistered: (flags & FLAGS.unregistered) !== 0,
    clock_suspect: (flags & FLAGS.clockSuspect) !== 0,
    late: isLate(shownUs, receivedUs),
  };
}

export function timestampOf(us: number): Timestamp {
  const seconds = Math.floor(us / 1_000_000);
  return { seconds, nanos: (us - seconds * 1_000_000) * 1_000 };
}
