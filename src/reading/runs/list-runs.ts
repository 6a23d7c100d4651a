import type { ListRunsRequestOutput, ListRunsResponse } from "slimmer-grpc";
import { checkText, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Queryable } from "../../store/queryable.ts";
import {
  listRunNumbers,
  listRunNumbersOf,
  readRuns,
  runsOfOnePage,
} from "../../store/reads/runs.ts";
import { checkPageSize, checkSystemId } from "../checks.ts";
import type { ReaderContext } from "../context.ts";
import { fittingCount } from "../message-bytes.ts";
import { checkPageToken, pageTokenText } from "../page-token.ts";
import { toRun } from "./run-message.ts";

/** Above every number of a run. */
const FIRST_PAGE = 2_147_483_647;

/** Runs have numbers in the order in which they were registered: the latest first, and no page shifts. */
export async function listRuns(
  { read, requireSystem }: ReaderContext,
  request: ListRunsRequestOutput,
): Promise<ListRunsResponse> {
  const { system_id, category, name, identity, page_token: token } = request;
  const issues: Issues = [];
  checkSystemId(issues, system_id);
  const size = checkPageSize(issues, request.page_size);
  const hasSensor = [category, name, identity].some((part) => part !== "");
  if (hasSensor) {
    checkText(issues, "category", category, { min: 1, max: LIMITS.category });
    checkText(issues, "name", name, { min: 1, max: LIMITS.entityName });
    checkText(issues, "identity", identity, { min: 1, max: LIMITS.identity });
  }
  const filters = { list: "runs", system_id, category, name, identity };
  const beforeNo = checkPageToken(issues, token, filters, isRunNo) ?? FIRST_PAGE;
  refuseIssues(issues);
  const systemNo = await requireSystem(system_id);
  return read(async (db) => {
    const place = { systemNo, beforeNo, limit: size + 1 };
    const { runNos: found, scannedTo } = hasSensor
      ? await listRunNumbersOf(db, place, { category, name, identity })
      : { runNos: await listRunNumbers(db, place), scannedTo: undefined };
    const runNos = await runsOfOnePage(db, systemNo, found.slice(0, size));
    const runs = await runsOf(db, systemNo, runNos);
    const count = fittingCount(runs);
    const nextNo = count < found.length ? runNos[count - 1] : scannedTo;
    return {
      runs: runs.slice(0, count),
      next_page_token: nextNo === undefined ? "" : pageTokenText(filters, nextNo),
    };
  });
}

async function runsOf(db: Queryable, systemNo: number, runNos: readonly number[]) {
  const rows = await readRuns(
    db,
    runNos.map((runNo) => ({ systemNo, runNo })),
    0,
  );
  return rows.map((row) => toRun(row, 0));
}

function isRunNo(state: unknown): state is number {
  return Number.isSafeInteger(state) && (state as number) > 0 && (state as number) <= FIRST_PAGE;
}
