import type { ListActivationsRequestOutput } from "slimmer-grpc";
import { FLAGS } from "../../domain/activation.ts";
import { checkText, checkTimestamp, checkUuid, type Issues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Queryable } from "../../store/queryable.ts";
import type { RowFilter } from "../../store/reads/activations.ts";
import { type FoundRun, findRunStart, findSensors } from "../../store/reads/filter-numbers.ts";
import { firedSpanOfRun } from "../../store/reads/fired-hours.ts";
import { findSystem } from "../../store/systems.ts";
import { checkNameFilters } from "../checks.ts";
import { noRun, noSystem } from "../context.ts";
import { likeOf } from "../globs.ts";
import { SKEW_MS } from "./spans.ts";

/** The part of a request that says which activations are wanted. */
export type ActivationFilters = Pick<
  ListActivationsRequestOutput,
  | "system_id"
  | "run_id"
  | "category"
  | "name"
  | "identity"
  | "since"
  | "until"
  | "unregistered"
  | "clock_suspect"
  | "late"
>;

/** The same, checked, in the numbers of the store. */
export type Wanted = RowFilter & {
  readonly systemNo: number | undefined;
  /** No id of a right clock lies outside of these, in Unix milliseconds. */
  readonly lowMs: number;
  readonly beforeMs: number;
  /** Sensors are so few that their own hours can be followed. */
  readonly followsSensors: boolean;
  /** Nothing can match: there is no such sensor. */
  readonly isEmpty: boolean;
};

/** After every time that a row may have: the year 10000. */
export const END_MS = 253_402_300_800_000;

/** More sensors than this are not followed one by one … */
const MAX_FOLLOWED = 100;
/** … and more than this are not named one by one either. */
const MAX_NAMED = 10_000;

export function checkFilters(issues: Issues, filters: ActivationFilters): void {
  const { system_id, run_id, since, until } = filters;
  checkText(issues, "system_id", system_id, { min: 0, max: LIMITS.systemId });
  if (run_id !== "") {
    checkUuid(issues, "run_id", run_id);
    if (system_id === "") issues.push({ field: "run_id", problem: "needs system_id" });
  }
  checkNameFilters(issues, filters);
  const sinceUs = since ? checkTimestamp(issues, "since", since) : undefined;
  const untilUs = until ? checkTimestamp(issues, "until", until) : undefined;
  if (sinceUs !== undefined && untilUs !== undefined && sinceUs >= untilUs) {
    issues.push({ field: "until", problem: "must be after since" });
  }
}

/** Throws NOT_FOUND for a system or a run that is not there. The filters must be checked. */
export async function findWanted(db: Queryable, filters: ActivationFilters): Promise<Wanted> {
  const { system_id: systemId, run_id: runId, since, until } = filters;
  const systemNo = systemId === "" ? undefined : await findSystem(db, systemId);
  if (systemId !== "" && systemNo === undefined) throw noSystem(systemId);
  const run = runId === "" ? undefined : await findRunStart(db, systemNo as number, runId);
  if (runId !== "" && !run) throw noRun(systemId, runId);
  const sensors = await sensorsOf(db, systemNo, filters);
  const sinceUs = since ? (checkTimestamp([], "since", since) as number) : undefined;
  const untilUs = until ? (checkTimestamp([], "until", until) as number) : undefined;
  const ofRun = run ? await spanOfRun(db, systemNo as number, run) : undefined;
  return {
    systemNo,
    runNo: run?.runNo,
    flags:
      (filters.unregistered ? FLAGS.unregistered : 0) |
      (filters.clock_suspect ? FLAGS.clockSuspect : 0),
    isLate: filters.late,
    ...sensors,
    sinceUs,
    untilUs,
    lowMs: Math.max(0, msBefore(sinceUs), ofRun?.lowMs ?? 0),
    beforeMs: Math.min(END_MS, msAfter(untilUs), ofRun?.beforeMs ?? END_MS),
  };
}

async function sensorsOf(
  db: Queryable,
  systemNo: number | undefined,
  { category, name, identity }: ActivationFilters,
): Promise<Pick<Wanted, "sensors" | "patterns" | "followsSensors" | "isEmpty">> {
  const nothing = {
    sensors: undefined,
    patterns: undefined,
    followsSensors: false,
    isEmpty: false,
  };
  if (category === "" && name === "" && identity === "") return nothing;
  const patterns = {
    category: likeOf(category || "*"),
    name: likeOf(name || "*"),
    identity: likeOf(identity || "*"),
  };
  // All sensors of a system may be named; of all systems, those that can be followed.
  const most = systemNo === undefined ? MAX_FOLLOWED : MAX_NAMED;
  const sensors = await findSensors(db, systemNo, patterns, most + 1);
  if (sensors.length > most) return { ...nothing, patterns };
  return {
    ...nothing,
    sensors,
    followsSensors: sensors.length <= MAX_FOLLOWED,
    isEmpty: sensors.length === 0,
  };
}

async function spanOfRun(db: Queryable, systemNo: number, { runNo, startedAtMs }: FoundRun) {
  const fired = await firedSpanOfRun(db, systemNo, runNo);
  if (!fired) return { lowMs: startedAtMs - SKEW_MS, beforeMs: END_MS };
  return { lowMs: msBefore(fired.firstUs), beforeMs: msAfter(fired.lastUs) };
}

function msBefore(us: number | undefined): number {
  return us === undefined ? 0 : Math.floor(us / 1_000) - SKEW_MS;
}

function msAfter(us: number | undefined): number {
  return us === undefined ? END_MS : Math.ceil(us / 1_000) + SKEW_MS + 1;
}
