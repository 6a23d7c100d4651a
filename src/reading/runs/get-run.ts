import type { GetRunRequestOutput, Run, RunCoverage } from "slimmer-grpc";
import { checkUuid, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import type { Queryable } from "../../store/queryable.ts";
import { type CoverageRow, readCoverage } from "../../store/reads/coverage.ts";
import { readRuns } from "../../store/reads/runs.ts";
import { findRun } from "../../store/runs.ts";
import { checkSystemId } from "../checks.ts";
import { noRun, type ReaderContext } from "../context.ts";
import { toOptionalTimestamp } from "../wire-time.ts";
import { MAX_GAPS, toRun } from "./run-message.ts";

export async function getRun(
  { read, requireSystem }: ReaderContext,
  request: GetRunRequestOutput,
): Promise<Run> {
  check(request);
  await requireSystem(request.system_id);
  return read(async (db) => (await find(db, request)).run);
}

/** What became of each sensor that the run listed, that fired in it, or that the run before it listed. */
export async function getRunCoverage(
  { read, requireSystem }: ReaderContext,
  request: GetRunRequestOutput,
): Promise<RunCoverage> {
  check(request);
  await requireSystem(request.system_id);
  return read(async (db) => {
    const { systemNo, runNo, run } = await find(db, request);
    const { hasPrevious, sensors } = await readCoverage(db, systemNo, runNo);
    const fired = sensors.filter((row) => row.is_listed && row.fired_count !== null);
    const unregistered = sensors.filter((row) => !row.is_listed && row.fired_count !== null);
    const entities = (those: (row: CoverageRow) => boolean) => sensors.filter(those).map(entityOf);
    return {
      run,
      fired: fired.sort(byCount).map(toCovered),
      never_fired: entities((row) => row.is_listed && row.fired_count === null),
      unregistered: unregistered.sort(byCount).map(toCovered),
      missing: entities((row) => row.was_listed && !row.is_listed),
      added: hasPrevious ? entities((row) => row.is_listed && !row.was_listed) : [],
    };
  });
}

function check({ system_id: systemId, run_id: runId }: GetRunRequestOutput): void {
  const issues: Issues = [];
  checkSystemId(issues, systemId);
  checkUuid(issues, "run_id", runId);
  refuseIssues(issues);
}

async function find(
  db: Queryable,
  { system_id: systemId, run_id: runId }: GetRunRequestOutput,
): Promise<{ systemNo: number; runNo: number; run: Run }> {
  const known = await findRun(db, systemId, runId);
  const [row] = known ? await readRuns(db, [known], MAX_GAPS) : [];
  if (!known || !row) throw noRun(systemId, runId);
  return { systemNo: known.systemNo, runNo: known.runNo, run: toRun(row, MAX_GAPS) };
}

/** Rows come by name, and a sort leaves equals in their order. */
function byCount(a: CoverageRow, b: CoverageRow): number {
  return (b.fired_count ?? 0) - (a.fired_count ?? 0);
}

function toCovered(row: CoverageRow) {
  return {
    entity: entityOf(row),
    fired_count: row.fired_count ?? 0,
    first_fired_at: toOptionalTimestamp(row.first_fired_us),
    last_fired_at: toOptionalTimestamp(row.last_fired_us),
  };
}

function entityOf({ category, name, identity }: CoverageRow) {
  return { category, name, identity };
}
