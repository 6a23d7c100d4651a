/**
 * What the JSON API answers, as the page uses it: reader.proto with times as dates, durations as milliseconds and 64-bit
 * counts as numbers. revive.ts turns the one into the other, by the names of the fields.
 */

/** A duration in milliseconds. */
export type Ms = number;

export type SystemState = "UP" | "LATE" | "DOWN" | "STOPPED" | "QUIET" | "STATE_UNSPECIFIED";
export type RunState = "RUNNING" | "ENDED" | "LOST" | "STATE_UNSPECIFIED";
export type Attention = "NONE" | "MISSING" | "NEVER_FIRED" | "SILENT" | "UNREGISTERED";

export type Entity = { category: string; name: string; identity: string };

export type ClientInfo = { name: string; version: string; host: string };

export type ClientReport = {
  /** Activations that the server has acknowledged. */
  sent: number;
  /** Activations that wait on the client. */
  spooled: number;
  /** Activations that the client had to drop. */
  lost: number;
};

export type Fleet = {
  server_time: Date;
  up: number;
  late: number;
  down: number;
  stopped: number;
  quiet: number;
  sensors: number;
  fired_count: number;
  hourly_counts: number[];
  spooled: number;
  lost: number;
};

export type System = {
  system_id: string;
  state: SystemState;
  state_since?: Date;
  created_at?: Date;
  last_seen_at?: Date;
  last_fired_at?: Date;
  fired_count: number;
  silent_after?: Ms;
  current_run?: Run;
  report?: ClientReport;
  reported_at?: Date;
  hourly_counts: number[];
};

export type SystemList = { systems: System[]; next_page_token: string };

export type Run = {
  system_id: string;
  run_id: string;
  state: RunState;
  started_at?: Date;
  received_at?: Date;
  clock_suspect: boolean;
  ended_at?: Date;
  end_reason: string;
  superseded_at?: Date;
  client?: ClientInfo;
  labels: Record<string, string>;
  silent_after?: Ms;
  previous_run_id: string;
  registered_count: number;
  fired_sensor_count: number;
  unregistered_count: number;
  fired_count: number;
  first_fired_at?: Date;
  last_fired_at?: Date;
  completeness?: Completeness;
};

export type RunList = { runs: Run[]; next_page_token: string };

export type Completeness = {
  received: number;
  expected: number;
  missing: number;
  gaps: SeqRange[];
  gaps_truncated: boolean;
  uncounted: number;
  report?: ClientReport;
  reported_at?: Date;
};

export type SeqRange = { first: number; last: number };

export type RunCoverage = {
  run?: Run;
  fired: CoveredSensor[];
  never_fired: Entity[];
  unregistered: CoveredSensor[];
  missing: Entity[];
  added: Entity[];
};

export type CoveredSensor = {
  entity: Entity;
  fired_count: number;
  first_fired_at?: Date;
  last_fired_at?: Date;
};

export type Sensor = {
  system_id: string;
  entity: Entity;
  attention: Attention;
  registered: boolean;
  created_at?: Date;
  first_fired_at?: Date;
  last_fired_at?: Date;
  fired_count: number;
  run_fired_count: number;
  usual_gap?: Ms;
  hourly_counts: number[];
};

export type SensorList = { sensors: Sensor[]; next_page_token: string };

export type Rhythm = {
  gaps: number;
  shortest?: Ms;
  median?: Ms;
  p90?: Ms;
  longest?: Ms;
  current?: Ms;
  buckets: { at_least?: Ms; count: number }[];
};

export type Activation = {
  system_id: string;
  run_id: string;
  entity: Entity;
  activation_id: string;
  shown_at: Date;
  occurred_at?: Date;
  received_at?: Date;
  seq: number;
  attributes: Record<string, string>;
  unregistered: boolean;
  clock_suspect: boolean;
  late: boolean;
};

export type ActivationList = { activations: Activation[]; next_page_token: string };

export type CountStep = "HOUR" | "DAY";

/** The body of POST /v1/counts. */
export type CountQuery = {
  system_id?: string;
  entities?: Entity[];
  since?: Date;
  until?: Date;
  step?: CountStep;
};

export type Counts = {
  since: Date;
  step: CountStep;
  series: { entity?: Entity; counts: number[] }[];
};

export type SearchHits = {
  systems: { system_id: string; state: SystemState }[];
  sensors: { system_id: string; entity: Entity }[];
  runs: { system_id: string; run_id: string; started_at?: Date }[];
};

export type Storage = {
  server_time: Date;
  database_bytes: number;
  activation_bytes: number;
  activation_rows: number;
  days: { day: Date; rows: number; bytes: number }[];
  stray_rows: number;
  retention_edge?: Date;
  partitions_until?: Date;
  rows_per_day: number;
  bytes_per_day: number;
  bytes_at_retention: number;
  fold_lag?: Ms;
  arrival_lag_median?: Ms;
  arrival_lag_p99?: Ms;
  commit_lag_median?: Ms;
  commit_lag_p99?: Ms;
  rate: number;
  processes: ServerProcess[];
  schema_version: string;
  migrated_at?: Date;
  postgres_version: string;
};

export type ServerProcess = {
  name: string;
  version: string;
  address: string;
  connected_at?: Date;
  connections: number;
  leader: boolean;
};

/** One `activations` event of /v1/live. */
export type LiveBatch = {
  activations: Activation[];
  /** Matched since the previous event, and were left out because a page can't show so many. */
  skipped: number;
  /** Matched since the previous event, shown or not. */
  total: number;
  caught_up: boolean;
  server_time: Date;
};
