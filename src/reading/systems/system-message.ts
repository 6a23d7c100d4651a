import type { System } from "slimmer-grpc";
import type { Queryable } from "../../store/queryable.ts";
import { countBySystem, latestHours } from "../../store/reads/hours.ts";
import { type RunKey, readRuns } from "../../store/reads/runs.ts";
import type { SystemRow } from "../../store/reads/systems.ts";
import { toReport, toRun } from "../runs/run-message.ts";
import { toDuration, toOptionalTimestamp, toTimestamp } from "../wire-time.ts";

/** Hours that a system, a sensor and the fleet show. */
export const HOURS = 24;

/** Systems as the contract has them: with their current runs, and their counts of the last 24 hours. */
export async function toSystems(
  db: Queryable,
  rows: readonly SystemRow[],
  { nowUs, maxGaps }: { nowUs: number; maxGaps: number },
): Promise<System[]> {
  const keys = rows.flatMap(({ system_no: systemNo, current_run_no: runNo }): RunKey[] =>
    runNo === null ? [] : [{ systemNo, runNo }],
  );
  const runs = await readRuns(db, keys, maxGaps);
  const runOf = new Map(runs.map((run) => [run.system_no, run]));
  const systemNos = rows.map((row) => row.system_no);
  const counts = await countBySystem(db, systemNos, latestHours(nowUs, HOURS));
  return rows.map((row, place) => {
    const run = runOf.get(row.system_no);
    return {
      system_id: row.system_id,
      state: row.state,
      state_since: toTimestamp(row.since_us),
      created_at: toTimestamp(row.created_us),
      last_seen_at: toOptionalTimestamp(row.seen_us),
      last_fired_at: toOptionalTimestamp(row.fired_us),
      fired_count: row.fired_count ?? 0,
      silent_after: toDuration(row.silent_after_ms * 1_000),
      current_run: run ? toRun(run, maxGaps) : null,
      report: toReport(row),
      reported_at: toOptionalTimestamp(row.reported_us),
      hourly_counts: counts[place] ?? [],
    };
  });
}
