import type { ClientReport, Completeness, Run } from "slimmer-grpc";
import type { RunRow } from "../../store/reads/runs.ts";
import { toDuration, toOptionalTimestamp, toTimestamp } from "../wire-time.ts";

/** Most gaps of one run that are told; lists tell none. */
export const MAX_GAPS = 1_000;

export function toRun(row: RunRow, maxGaps: number): Run {
  return {
    system_id: row.system_id,
    run_id: row.run_id,
    state: stateOf(row),
    started_at: toTimestamp(row.started_us),
    received_at: toTimestamp(row.received_us),
    clock_suspect: row.clock_suspect,
    ended_at: toOptionalTimestamp(row.ended_us),
    end_reason: row.end_reason ?? "",
    superseded_at: toOptionalTimestamp(row.superseded_us),
    client: { name: row.client_name, version: row.client_version, host: row.client_host },
    labels: row.labels,
    silent_after: row.silent_after_ms === null ? null : toDuration(row.silent_after_ms * 1_000),
    previous_run_id: row.previous_run_id ?? "",
    registered_count: row.registered_count,
    fired_sensor_count: row.fired_sensor_count,
    unregistered_count: row.unregistered_count,
    fired_count: row.fired_count ?? 0,
    first_fired_at: toOptionalTimestamp(row.first_fired_us),
    last_fired_at: toOptionalTimestamp(row.last_fired_us),
    completeness: completenessOf(row, maxGaps),
  };
}

function stateOf({ ended_us, is_current }: RunRow): "ENDED" | "RUNNING" | "LOST" {
  if (ended_us !== null) return "ENDED";
  return is_current ? "RUNNING" : "LOST";
}

function completenessOf(row: RunRow, maxGaps: number): Completeness {
  const { received, expected, is_cut: isCut } = row;
  const firsts = row.gap_firsts ?? [];
  const lasts = row.gap_lasts ?? [];
  const gaps = firsts
    .slice(0, maxGaps)
    .map((first, place) => ({ first: Number(first), last: Number(lasts[place]) }));
  const missing = Math.max(0, expected - received);
  const told = gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return {
    received,
    expected,
    missing,
    gaps,
    gaps_truncated: isCut || told < missing,
    uncounted: row.uncounted ?? 0,
    report: toReport(row),
    reported_at: toOptionalTimestamp(row.reported_us),
  };
}

type Reported = {
  client_sent: number | null;
  client_spooled: number | null;
  client_lost: number | null;
};

/** Unset where the client never said anything. */
export function toReport({
  client_sent: sent,
  client_spooled: spooled,
  client_lost: lost,
}: Reported): ClientReport | null {
  return sent === null ? null : { sent, spooled: spooled ?? 0, lost: lost ?? 0 };
}
