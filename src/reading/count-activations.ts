import type {
  CountActivationsRequestOutput,
  CountActivationsResponse,
  SystemEntityOutput,
} from "slimmer-grpc";
import {
  checkEntity,
  checkText,
  checkTimestamp,
  type Issues,
  refuseIssues,
} from "../domain/field-checks.ts";
import { LIMITS } from "../domain/limits.ts";
import {
  ALL_SYSTEMS,
  type Buckets,
  countBySensor,
  countBySystem,
  MAX_BUCKETS,
  STEP_US,
} from "../store/reads/hours.ts";
import { findSensors } from "../store/reads/sensors.ts";
import { checkChoice } from "./checks.ts";
import { noSensor, type ReaderContext } from "./context.ts";
import { toTimestamp } from "./wire-time.ts";

const STEPS = ["HOUR", "DAY"] as const;
const DEFAULT_STEPS = 24;
const MAX_ENTITIES = 100;

export async function countActivations(
  { read, nowUs, requireSystem }: ReaderContext,
  request: CountActivationsRequestOutput,
): Promise<CountActivationsResponse> {
  const buckets = parse(request, nowUs());
  const { system_id: systemId, entities } = request;
  const systemNo = systemId === "" ? ALL_SYSTEMS : await requireSystem(systemId);
  const series = await read(async (db) => {
    if (entities.length === 0) {
      const [counts = []] = await countBySystem(db, [systemNo], buckets);
      return [{ entity: null, counts }];
    }
    const found = await findSensors(db, systemNo, entities);
    const entityNos = entities.map((entity, place) => {
      const entityNo = found[place];
      if (entityNo === undefined) throw noSensor(systemId, entity);
      return entityNo;
    });
    const counts = await countBySensor(db, systemNo, entityNos, buckets);
    return entities.map((entity: SystemEntityOutput, place) => ({
      entity,
      counts: counts[place] ?? [],
    }));
  });
  return { since: toTimestamp(buckets.sinceUs), step: buckets.step, series };
}

function parse(request: CountActivationsRequestOutput, nowUs: number): Buckets {
  const issues: Issues = [];
  checkText(issues, "system_id", request.system_id, { min: 0, max: LIMITS.systemId });
  const { entities } = request;
  if (entities.length > MAX_ENTITIES) {
    const problem = `has ${entities.length} sensors; at most ${MAX_ENTITIES} are allowed`;
    issues.push({ field: "entities", problem });
  } else {
    entities.forEach((entity, place) => {
      checkEntity(issues, `entities[${place}].`, entity);
    });
  }
  if (entities.length > 0 && request.system_id === "") {
    issues.push({ field: "entities", problem: "needs system_id" });
  }
  const step = checkChoice(issues, "step", request.step, STEPS);
  const buckets = parseBuckets(issues, request, { step, nowUs });
  refuseIssues(issues);
  return buckets;
}

function parseBuckets(
  issues: Issues,
  request: CountActivationsRequestOutput,
  { step, nowUs }: { step: Buckets["step"]; nowUs: number },
): Buckets {
  const stepUs = STEP_US[step];
  const until = request.until ? checkTimestamp(issues, "until", request.until) : nowUs;
  const since = request.since
    ? checkTimestamp(issues, "since", request.since)
    : until !== undefined && until - DEFAULT_STEPS * stepUs;
  if (typeof since !== "number" || until === undefined) return { sinceUs: 0, step, count: 0 };
  if (since >= until) {
    issues.push({ field: "since", problem: "must be before until" });
    return { sinceUs: 0, step, count: 0 };
  }
  const first = Math.floor(since / stepUs);
  const count = Math.floor((until - 1) / stepUs) - first + 1;
  const series = Math.max(1, request.entities.length);
  if (count * series > MAX_BUCKETS) {
    const problem = `asks for ${count} buckets in each of ${series} series; at most ${MAX_BUCKETS} in all are allowed`;
    issues.push({ field: "since", problem });
  }
  return { sinceUs: first * stepUs, step, count };
}
