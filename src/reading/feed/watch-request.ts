import type { WatchActivationsRequestOutput } from "slimmer-grpc";
import { checkText, checkUuid, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import { findRun } from "../../store/runs.ts";
import { findSystem } from "../../store/systems.ts";
import { noRun, noSystem } from "../context.ts";
import { type Cursor, parseCursor } from "./cursor.ts";
import { type Filter, flagsOf } from "./filter.ts";
import type { Interests } from "./interests.ts";
import type { Read } from "./names.ts";
import { sensorMatcher } from "./sensor-matcher.ts";

const MAX_RECENT = 1_000;

/** A checked request: where it wants to begin. */
export type Beginning = { cursor: Cursor | undefined; recent: number };

/** Throws FIELDS_INVALID with everything that is wrong. */
export function parseWatch(request: WatchActivationsRequestOutput): Beginning {
  const issues: Issues = [];
  const { cursor: text, recent, system_id, run_id } = request;
  const cursor = text === "" ? undefined : parseCursor(text);
  if (text !== "" && !cursor) {
    issues.push({ field: "cursor", problem: "must be one that watch_activations has given out" });
  }
  if (recent > MAX_RECENT) {
    issues.push({ field: "recent", problem: `must be at most ${MAX_RECENT}, not ${recent}` });
  }
  checkText(issues, "system_id", system_id, { min: 0, max: LIMITS.systemId });
  if (run_id !== "") {
    checkUuid(issues, "run_id", run_id);
    if (system_id === "") issues.push({ field: "run_id", problem: "needs system_id" });
  }
  checkText(issues, "category", request.category, { min: 0, max: LIMITS.category });
  checkText(issues, "name", request.name, { min: 0, max: LIMITS.entityName });
  checkText(issues, "identity", request.identity, { min: 0, max: LIMITS.identity });
  refuseIssues(issues);
  return { cursor, recent };
}

/** What filters are made with. */
export type FilterTools = { read: Read; interests: Interests };

/**
 * The filters of a checked request, with the store's numbers. Throws NOT_FOUND. Their `sensors` are an interest that whoever
 * filters must leave.
 */
export async function filterOf(
  request: WatchActivationsRequestOutput,
  { read, interests }: FilterTools,
): Promise<Filter> {
  const { system_id: systemId, run_id: runId } = request;
  const { category, name, identity, late } = request;
  const flags = flagsOf(request);
  const key = JSON.stringify([systemId, runId, flags, late, category, name, identity]);
  const { systemNo, runNo } = await numbersOf(systemId, runId, read);
  const matches = sensorMatcher(request);
  const sensors =
    matches &&
    interests.join({
      systemNo,
      matches,
      key: JSON.stringify([systemNo ?? "", category, name, identity]),
    });
  return { systemNo, runNo, flags, late, sensors, key };
}

async function numbersOf(
  systemId: string,
  runId: string,
  read: Read,
): Promise<Pick<Filter, "systemNo" | "runNo">> {
  if (systemId === "") return { systemNo: undefined, runNo: undefined };
  const systemNo = await read((db) => findSystem(db, systemId));
  if (systemNo === undefined) throw noSystem(systemId);
  if (runId === "") return { systemNo, runNo: undefined };
  const run = await read((db) => findRun(db, systemId, runId));
  if (!run) throw noRun(systemId, runId);
  return { systemNo, runNo: run.runNo };
}
