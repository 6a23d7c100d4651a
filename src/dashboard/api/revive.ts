/** What a field of the JSON API holds, where JSON itself can't say it. Names mean the same in every message. */
const KINDS: Record<string, "number" | "time" | "duration"> = {
  ...kind("time", [
    ..."server_time state_since created_at last_seen_at last_fired_at first_fired_at reported_at".split(
      " ",
    ),
    ..."started_at received_at ended_at superseded_at shown_at occurred_at since until day".split(
      " ",
    ),
    ..."retention_edge partitions_until connected_at migrated_at".split(" "),
  ]),
  ...kind("duration", [
    ..."silent_after usual_gap shortest median p90 longest current at_least fold_lag".split(" "),
    ..."arrival_lag_median arrival_lag_p99 commit_lag_median commit_lag_p99".split(" "),
  ]),
  ...kind("number", [
    ..."sensors fired_count hourly_counts sent spooled lost run_fired_count received expected missing".split(
      " ",
    ),
    ..."first last uncounted seq counts rows bytes database_bytes activation_bytes".split(" "),
    ..."activation_rows stray_rows rows_per_day bytes_per_day bytes_at_retention skipped total rate".split(
      " ",
    ),
  ]),
};

/** Their keys are the client's own words, and must stay as they are. */
const OPAQUE = new Set(["labels", "attributes"]);

/** Turns the strings of proto3 JSON into numbers, dates and milliseconds, in place. */
export function revive<T>(value: unknown): T {
  if (Array.isArray(value)) {
    for (const item of value) revive(item);
  } else if (typeof value === "object" && value !== null) {
    const record = value as Record<string, unknown>;
    for (const key in record) {
      if (!OPAQUE.has(key)) record[key] = reviveField(key, record[key]);
    }
  }
  return value as T;
}

function reviveField(key: string, value: unknown): unknown {
  const expected = KINDS[key];
  if (typeof value === "string") {
    if (expected === "number") return Number(value);
    if (expected === "time") return new Date(value);
    if (expected === "duration") return parseDuration(value);
    return value;
  }
  if (expected === "number" && Array.isArray(value) && typeof value[0] !== "object") {
    return value.map(Number);
  }
  return revive(value);
}

/** "1.5s" as milliseconds. */
export function parseDuration(text: string): number {
  return Number.parseFloat(text) * 1000;
}

function kind<K>(value: K, names: string[]): Record<string, K> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
