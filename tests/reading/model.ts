import type {
  CompletenessOutput,
  RunOutput,
  SensorOutput,
  SystemOutput,
  TimestampOutput,
} from "slimmer-grpc";
import { type Entity, entityKey } from "../../src/domain/entity.ts";
import { toDuration, toTimestamp } from "../../src/reading/wire-time.ts";
import { type ModelFiring, type ModelRun, type ModelSystem, SILENT_AFTER_MS } from "./world.ts";

/** What the Reader should answer, counted out from everything that ever happened. */

const HOUR_US = 3_600_000_000;
const at = (us: number | undefined) =>
  us === undefined ? null : (toTimestamp(us) as TimestampOutput);
const atMs = (ms: number | undefined) => at(ms === undefined ? undefined : ms * 1_000);

export function firingsOf(system: ModelSystem): ModelFiring[] {
  return system.runs.flatMap((run) => run.firings);
}

/** Firings by the hour of the last 24. */
export function hoursOf(firings: readonly ModelFiring[], nowMs: number): number[] {
  const last = Math.floor((nowMs * 1_000) / HOUR_US);
  const counts = new Array<number>(24).fill(0);
  for (const { shownUs } of firings) {
    const place = Math.floor(shownUs / HOUR_US) - last + 23;
    if (place >= 0 && place < 24) counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

export function stateOf(
  { current, lastSeenUs, lastPingedMs }: ModelSystem,
  nowMs: number,
): { state: SystemOutput["state"]; sinceUs: number } {
  const silentUs = (current.silentAfterMs ?? SILENT_AFTER_MS) * 1_000;
  const thirdUs = Math.round(silentUs / 3);
  const isHeard = lastPingedMs !== undefined && lastPingedMs >= current.receivedAtMs;
  const receivedUs = current.receivedAtMs * 1_000;
  if (current.endedAtMs !== undefined) {
    return { state: "STOPPED", sinceUs: current.endedAtMs * 1_000 };
  }
  if (current.silentAfterMs === undefined && !isHeard) {
    return { state: "QUIET", sinceUs: receivedUs };
  }
  const silence = nowMs * 1_000 - lastSeenUs;
  if (silence >= silentUs) return { state: "DOWN", sinceUs: lastSeenUs + silentUs };
  if (silence > thirdUs) return { state: "LATE", sinceUs: lastSeenUs + thirdUs };
  return { state: "UP", sinceUs: receivedUs };
}

/** Without created_at, which is the database's own clock. */
export function systemAnswer(system: ModelSystem, nowMs: number, maxGaps: number) {
  const { state, sinceUs } = stateOf(system, nowMs);
  const firings = firingsOf(system);
  const { report } = system;
  return {
    system_id: system.systemId,
    state,
    state_since: at(sinceUs),
    last_seen_at: at(system.lastSeenUs),
    last_fired_at: at(latest(firings)),
    fired_count: firings.length,
    silent_after: toDuration((system.current.silentAfterMs ?? SILENT_AFTER_MS) * 1_000),
    current_run: runAnswer(system, system.current, maxGaps),
    report: report ? { sent: report.sent, spooled: report.spooled, lost: report.lost } : null,
    reported_at: atMs(report?.atMs),
    hourly_counts: hoursOf(firings, nowMs),
  };
}

export function runAnswer(system: ModelSystem, run: ModelRun, maxGaps: number): RunOutput {
  const listed = new Set(run.entities.map(entityKey));
  const fired = new Set(run.firings.map(({ entity }) => entityKey(entity)));
  return {
    system_id: system.systemId,
    run_id: run.runId,
    state: run.endedAtMs !== undefined ? "ENDED" : run === system.current ? "RUNNING" : "LOST",
    started_at: atMs(run.startedAtMs),
    received_at: atMs(run.receivedAtMs),
    clock_suspect: false,
    ended_at: atMs(run.endedAtMs),
    end_reason: run.endedAtMs === undefined ? "" : "done",
    superseded_at: atMs(run.supersededAtMs),
    client: { name: "test", version: "1.2.3", host: "bench" },
    labels: run.labels,
    silent_after:
      run.silentAfterMs === undefined
        ? null
        : (toDuration(run.silentAfterMs * 1_000) as RunOutput["silent_after"]),
    previous_run_id: run.previous?.runId ?? "",
    registered_count: listed.size,
    fired_sensor_count: [...fired].filter((key) => listed.has(key)).length,
    unregistered_count: [...fired].filter((key) => !listed.has(key)).length,
    fired_count: run.firings.length,
    first_fired_at: at(earliest(run.firings)),
    last_fired_at: at(latest(run.firings)),
    completeness: completeness(run, maxGaps),
  };
}

function completeness({ firings, report }: ModelRun, maxGaps: number): CompletenessOutput {
  const seqs = new Set(firings.map(({ seq }) => seq).filter((seq) => seq > 0));
  const expected = Math.max(0, ...seqs);
  const gaps: { first: number; last: number }[] = [];
  for (let seq = 1; seq <= expected; seq++) {
    if (seqs.has(seq)) continue;
    const last = gaps.at(-1);
    if (last?.last === seq - 1) last.last = seq;
    else gaps.push({ first: seq, last: seq });
  }
  return {
    received: seqs.size,
    expected,
    missing: expected - seqs.size,
    gaps: gaps.slice(0, maxGaps),
    gaps_truncated: gaps.length > maxGaps,
    uncounted: firings.filter(({ seq }) => seq === 0).length,
    report: report ? { sent: report.sent, spooled: report.spooled, lost: report.lost } : null,
    reported_at: atMs(report?.atMs),
  };
}

/** Every sensor that the system ever named, by name; without created_at. */
export function sensorAnswers(system: ModelSystem, nowMs: number) {
  const { current } = system;
  const known = new Map<string, Entity>();
  for (const run of system.runs) {
    for (const entity of run.entities) known.set(entityKey(entity), entity);
    for (const { entity } of run.firings) known.set(entityKey(entity), entity);
  }
  const listed = new Set(current.entities.map(entityKey));
  const before = new Set(current.previous?.entities.map(entityKey));
  const firings = firingsOf(system);
  return [...known.entries()].map(([key, entity]) => {
    const own = firings.filter((firing) => entityKey(firing.entity) === key);
    const inRun = current.firings.filter((firing) => entityKey(firing.entity) === key);
    const first = earliest(own);
    const last = latest(own);
    const gapUs =
      own.length < 2 ? undefined : ((last as number) - (first as number)) / (own.length - 1);
    const isSilent = own.length >= 10 && nowMs * 1_000 - (last as number) > 10 * (gapUs as number);
    let attention: SensorOutput["attention"] = "NONE";
    if (!listed.has(key) && before.has(key)) attention = "MISSING";
    else if (listed.has(key) && inRun.length === 0) attention = "NEVER_FIRED";
    else if (inRun.length > 0 && isSilent) attention = "SILENT";
    else if (!listed.has(key) && inRun.length > 0) attention = "UNREGISTERED";
    return {
      system_id: system.systemId,
      entity,
      attention,
      registered: listed.has(key),
      first_fired_at: at(first),
      last_fired_at: at(last),
      fired_count: own.length,
      run_fired_count: inRun.length,
      usual_gap: gapUs === undefined ? null : toDuration(gapUs),
      hourly_counts: hoursOf(own, nowMs),
    };
  });
}

export function earliest(firings: readonly ModelFiring[]): number | undefined {
  return firings.length === 0 ? undefined : Math.min(...firings.map(({ shownUs }) => shownUs));
}

export function latest(firings: readonly ModelFiring[]): number | undefined {
  return firings.length === 0 ? undefined : Math.max(...firings.map(({ shownUs }) => shownUs));
}
