import type {
  ActivationBatchOutput,
  ActivationOutput,
  PingOutput,
  SystemEntityOutput,
  SystemRunEndOutput,
  SystemRunOutput,
} from "slimmer-grpc";
import type { Activation } from "../domain/activation.ts";
import { type Entity, entityKey } from "../domain/entity.ts";
import type { SlimmerError } from "../domain/errors.ts";
import {
  checkCount,
  checkDuration,
  checkEntity,
  checkMap,
  checkText,
  checkTimestamp,
  checkUuid,
  checkUuidV7,
  type Issues,
  invalid,
  refuseIssues,
} from "../domain/field-checks.ts";
import { LIMITS } from "../domain/limits.ts";
import type { ClientReport, NewRun } from "../domain/run.ts";
import { newUuidV7, uuidMs } from "../domain/uuid.ts";
import type { KnownEntity } from "./known-entities.ts";

/** From wire to domain: every field checked, every gap filled. Throws FIELDS_INVALID with all issues. */

/** When a call came, and the oldest time that a device's clock may show: the edge of the retention. In Unix milliseconds. */
export type Arrival = { receivedAtMs: number; oldestMs: number };

export type SignOfLife = {
  systemId: string;
  runId: string | undefined;
  report: ClientReport | undefined;
};

/** What a ping says of a system; undefined for a ping that names none. */
export function parsePing(ping: PingOutput): SignOfLife | undefined {
  const { system_id: systemId, run_id: runId, report } = ping;
  if (systemId === "" && runId === "" && report === null) return undefined;
  const issues: Issues = [];
  checkText(issues, "system_id", systemId, SYSTEM_ID);
  if (runId !== "") checkUuid(issues, "run_id", runId);
  if (report) {
    checkCount(issues, "report.sent", report.sent);
    checkCount(issues, "report.spooled", report.spooled);
    checkCount(issues, "report.lost", report.lost);
  }
  refuseIssues(issues);
  return {
    systemId,
    runId: runId === "" ? undefined : runId.toLowerCase(),
    report: report ?? undefined,
  };
}

export function parseRun(run: SystemRunOutput, { receivedAtMs, oldestMs }: Arrival): NewRun {
  const issues: Issues = [];
  checkText(issues, "system_id", run.system_id, SYSTEM_ID);
  if (run.run_id !== "") checkUuidV7(issues, "run_id", run.run_id);
  checkEntities(issues, run.entities);
  checkMap(issues, "labels", run.labels);
  const client = run.client ?? { name: "", version: "", host: "" };
  checkText(issues, "client.name", client.name, CLIENT_FIELD);
  checkText(issues, "client.version", client.version, CLIENT_FIELD);
  checkText(issues, "client.host", client.host, CLIENT_FIELD);
  const startedAtUs = run.started_at
    ? checkTimestamp(issues, "started_at", run.started_at)
    : undefined;
  const silentAfterMs = run.silent_after
    ? checkDuration(issues, "silent_after", run.silent_after, {
        minMs: LIMITS.minSilentAfterMs,
        maxMs: LIMITS.maxSilentAfterMs,
      })
    : undefined;
  refuseIssues(issues);
  const claimedMs = startedAtUs === undefined ? receivedAtMs : startedAtUs / 1_000;
  const clockSuspect = claimedMs > receivedAtMs + LIMITS.clockAheadMs || claimedMs < oldestMs;
  return {
    systemId: run.system_id,
    runId: run.run_id === "" ? newUuidV7() : run.run_id.toLowerCase(),
    entities: run.entities.map(({ category, name, identity }) => ({ category, name, identity })),
    startedAtMs: clockSuspect ? receivedAtMs : claimedMs,
    clockSuspect,
    receivedAtMs,
    labels: run.labels,
    client: { name: client.name, version: client.version, host: client.host },
    silentAfterMs,
  };
}

export function parseRunEnd(end: SystemRunEndOutput, receivedAtMs: number) {
  const issues: Issues = [];
  checkText(issues, "system_id", end.system_id, SYSTEM_ID);
  checkUuid(issues, "run_id", end.run_id);
  checkText(issues, "reason", end.reason, { min: 0, max: LIMITS.reason });
  const endedAtUs = end.ended_at ? checkTimestamp(issues, "ended_at", end.ended_at) : undefined;
  refuseIssues(issues);
  return {
    systemId: end.system_id,
    runId: end.run_id.toLowerCase(),
    reason: end.reason,
    endedAtMs: endedAtUs === undefined ? receivedAtMs : endedAtUs / 1_000,
  };
}

export function parseActivation(activation: ActivationOutput, arrival: Arrival): Activation {
  const place = placeOf(activation.system_id, activation.run_id);
  const parsed = activationOrIssues(activation, place, arrival);
  if (Array.isArray(parsed)) throw invalid(parsed);
  return parsed;
}

/** The items of a batch, each parsed or refused on its own. Throws only for what concerns the batch as a whole. */
export function parseBatch(
  batch: ActivationBatchOutput,
  arrival: Arrival,
): (Activation | SlimmerError)[] {
  const { activations } = batch;
  if (activations.length > LIMITS.maxBatch) {
    throw invalid([
      {
        field: "activations",
        problem: `has ${activations.length} items; at most ${LIMITS.maxBatch} are allowed`,
      },
    ]);
  }
  const shared = placeOf(batch.system_id, batch.run_id);
  return activations.map((item) => {
    const place =
      item.system_id === "" && item.run_id === ""
        ? shared
        : placeOf(item.system_id || batch.system_id, item.run_id || batch.run_id);
    const parsed = activationOrIssues(item, place, arrival);
    return Array.isArray(parsed) ? invalid(parsed) : parsed;
  });
}

/** The run that an activation belongs to, checked; once for a batch whose items inherit it. */
type Place = { systemId: string; runId: string; issues: Issues };

function placeOf(systemId: string, runId: string): Place {
  const issues: Issues = [];
  checkText(issues, "system_id", systemId, SYSTEM_ID);
  checkUuid(issues, "run_id", runId);
  return { systemId, runId: runId.toLowerCase(), issues };
}

function activationOrIssues(
  activation: ActivationOutput,
  { systemId, runId, issues: issuesOfPlace }: Place,
  arrival: Arrival,
): Activation | Issues {
  const issues: Issues = issuesOfPlace.length > 0 ? [...issuesOfPlace] : [];
  const { activation_id: id, entity, occurred_at: occurredAt, seq, attributes } = activation;
  if (!entity) issues.push({ field: "entity", problem: "is missing" });
  else if (!(entity as Partial<KnownEntity>).isValid) checkEntity(issues, "entity.", entity);
  if (id !== "") checkUuidV7(issues, "activation_id", id);
  checkCount(issues, "seq", seq);
  const occurredAtUs = occurredAt ? checkTimestamp(issues, "occurred_at", occurredAt) : undefined;
  const hasAttributes = !isEmpty(attributes);
  if (hasAttributes) checkMap(issues, "attributes", attributes);
  if (issues.length > 0) return issues;
  const { receivedAtMs } = arrival;
  return {
    systemId,
    runId,
    entity: entity as Entity,
    activationId: id === "" ? newId(occurredAtUs, arrival) : id.toLowerCase(),
    occurredAtUs: occurredAtUs ?? (id === "" ? receivedAtMs : uuidMs(id)) * 1_000,
    receivedAtUs: receivedAtMs * 1_000,
    seq,
    attributes: hasAttributes ? JSON.stringify(attributes) : undefined,
  };
}

/** Of the time when it happened, because lists are in the order of ids; of this moment where that can't be right. */
function newId(occurredAtUs: number | undefined, { receivedAtMs, oldestMs }: Arrival): string {
  if (occurredAtUs === undefined) return newUuidV7();
  const ms = Math.floor(occurredAtUs / 1_000);
  const isPlausible = ms >= oldestMs && ms <= receivedAtMs + LIMITS.clockAheadMs;
  return isPlausible ? newUuidV7(ms) : newUuidV7();
}

/** Whether a request uses no field that clients of 2018 did not have; these get answers of 2018. */
export function isActivationOf2018(activation: ActivationOutput): boolean {
  return (
    activation.activation_id === "" &&
    activation.occurred_at === null &&
    activation.seq === 0 &&
    isEmpty(activation.attributes)
  );
}

export function isRunOf2018(run: SystemRunOutput): boolean {
  return (
    run.run_id === "" &&
    run.started_at === null &&
    run.client === null &&
    run.silent_after === null &&
    isEmpty(run.labels)
  );
}

const SYSTEM_ID = { min: 1, max: LIMITS.systemId } as const;
const CLIENT_FIELD = { min: 0, max: LIMITS.clientField } as const;
function checkEntities(issues: Issues, entities: readonly SystemEntityOutput[]): void {
  if (entities.length > LIMITS.maxEntities) {
    issues.push({
      field: "entities",
      problem: `has ${entities.length} sensors; at most ${LIMITS.maxEntities} are allowed`,
    });
    return;
  }
  const firstPlaces = new Map<string, number>();
  entities.forEach((entity, place) => {
    checkEntity(issues, `entities[${place}].`, entity);
    const key = entityKey(entity);
    const first = firstPlaces.get(key);
    if (first === undefined) firstPlaces.set(key, place);
    else
      issues.push({
        field: `entities[${place}]`,
        problem: `is the same sensor as entities[${first}]`,
      });
  });
}

function isEmpty(map: Record<string, string>): boolean {
  for (const _ in map) return false;
  return true;
}
