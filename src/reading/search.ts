import type { SearchRequestOutput, SearchResponse } from "slimmer-grpc";
import { checkText, type Issues, refuseIssues } from "../domain/field-checks.ts";
import { searchRuns } from "../store/reads/runs.ts";
import { searchSensors } from "../store/reads/sensors.ts";
import { searchSystems } from "../store/reads/systems.ts";
import type { ReaderContext } from "./context.ts";
import { toTimestamp } from "./wire-time.ts";

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;

export async function search(
  { read, nowUs, silentAfterMs }: ReaderContext,
  request: SearchRequestOutput,
): Promise<SearchResponse> {
  const { query } = request;
  const issues: Issues = [];
  checkText(issues, "query", query, { min: 1, max: 128 });
  if (request.limit > MAX_LIMIT) {
    issues.push({ field: "limit", problem: `must be at most ${MAX_LIMIT}, not ${request.limit}` });
  }
  refuseIssues(issues);
  const limit = request.limit || DEFAULT_LIMIT;
  const ids = uuidsBeginningWith(query);
  return read(async (db) => {
    const judging = { nowUs: nowUs(), silentAfterMs };
    const systems = await searchSystems(db, judging, { query, limit });
    const sensors = await searchSensors(db, { query, limit });
    const runs = ids ? await searchRuns(db, { ...ids, limit }) : [];
    return {
      systems,
      sensors: sensors.map(({ system_id, ...entity }) => ({ system_id, entity })),
      runs: runs.map(({ system_id, run_id, started_us }) => ({
        system_id,
        run_id,
        started_at: toTimestamp(started_us),
      })),
    };
  });
}

const UUID_SHAPE = "00000000-0000-0000-0000-000000000000";

/** The first and the last UUID that begin with a text, in lower or upper case, with or without dashes. */
export function uuidsBeginningWith(text: string): { from: string; to: string } | undefined {
  const digits = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return undefined;
  const from = dashed(digits.padEnd(32, "0"));
  const isShaped = !text.includes("-") || from.startsWith(text.toLowerCase());
  return isShaped ? { from, to: dashed(digits.padEnd(32, "f")) } : undefined;
}

function dashed(digits: string): string {
  let place = 0;
  return UUID_SHAPE.replace(/0/g, () => digits[place++] as string);
}
