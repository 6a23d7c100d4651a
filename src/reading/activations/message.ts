import type { StoredActivation } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import { shownUs } from "../../store/reads/activation-places.ts";
import { LATE_SECONDS } from "../../store/reads/activation-statements.ts";
import type { FoundActivation } from "../../store/reads/activations.ts";
import type { NameBook } from "../feed/names.ts";
import { toTimestamp } from "../wire-time.ts";

/** Looks up what the numbers in these rows mean, as far as it is not known yet. */
export async function learnNames(names: NameBook, rows: readonly FoundActivation[]): Promise<void> {
  const at = (row: number) => rows[row] as FoundActivation;
  await names.learn(
    {
      systemNo: (row) => at(row).systemNo,
      entityNo: (row) => at(row).entityNo,
      runNo: (row) => at(row).runNo,
    },
    [...rows.keys()],
  );
}

export function isLate({ flags, occurredUs, receivedUs }: FoundActivation): boolean {
  return (flags & FLAGS.clockSuspect) === 0 && receivedUs - occurredUs > LATE_SECONDS * 1_000_000;
}

/** A row as the contract has it; its names must have been learnt. */
export function messageOf(row: FoundActivation, names: NameBook): StoredActivation {
  const { systemNo, flags } = row;
  const { category, name, identity } = names.entity(systemNo, row.entityNo);
  return {
    system_id: names.systemId(systemNo),
    run_id: names.runId(systemNo, row.runNo),
    entity: { category, name, identity },
    activation_id: row.activationId,
    shown_at: toTimestamp(shownUs(row)),
    occurred_at: toTimestamp(row.occurredUs),
    received_at: toTimestamp(row.receivedUs),
    seq: row.seq,
    attributes: row.attributes ?? {},
    unregistered: (flags & FLAGS.unregistered) !== 0,
    clock_suspect: (flags & FLAGS.clockSuspect) !== 0,
    late: isLate(row),
  };
}
