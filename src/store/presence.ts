import type { ClientReport } from "../domain/run.ts";
import type { Queryable } from "./queryable.ts";

/** A system's latest sign of life, and what its client said of itself; of a run, where the client named one. */
export type Presence = {
  systemNo: number;
  runNo?: number | undefined;
  seenAtMs: number;
  report: ClientReport | undefined;
};

/** Leaves signs of life to the folder, in a record like those of stored activations. */
export async function recordPresence(db: Queryable, presences: readonly Presence[]): Promise<void> {
  const systemNo = Math.min(...presences.map((presence) => presence.systemNo));
  await db.query(
    `insert into fold_records (system_no, received_at, system_nos, run_nos, entity_nos, activation_ids, shown_us, presence)
    values ($1, now(), '{}', '{}', '{}', '{}', '{}', $2)`,
    [systemNo, JSON.stringify(presences.map(toRecord))],
  );
}

function toRecord({ systemNo, runNo, seenAtMs, report }: Presence) {
  return {
    system_no: systemNo,
    run_no: runNo,
    seen_at: new Date(seenAtMs).toISOString(),
    ...report,
  };
}
