import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** Upper bounds in seconds, from a lone fast call to a wait that nobody should see. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Every metric of slimmer, in a registry of its own. Labels come from closed sets only: never a system, a run or a
 * sensor. gRPC metrics have the names of go-grpc-prometheus, so that its dashboards work.
 */
export function createMetrics({ defaults = true }: { defaults?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (defaults) collectDefaultMetrics({ register: registry });
  return {
    registry,

    rpcStarted: new Counter({
      registers,
      name: "grpc_server_started_total",
      help: "RPCs that began.",
      labelNames: ["grpc_type", "grpc_service", "grpc_method"] as const,
    }),
    rpcHandled: new Counter({
      registers,
      name: "grpc_server_handled_total",
      help: "RPCs that ended, by status.",
      labelNames: ["grpc_type", "grpc_service", "grpc_method", "grpc_code"] as const,
    }),
    rpcHandling: new Histogram({
      registers,
      name: "grpc_server_handling_seconds",
      help: "Time from the arrival of an RPC to its answer.",
      labelNames: ["grpc_type", "grpc_service", "grpc_method"] as const,
      buckets: SECONDS,
    }),
    streamMessagesReceived: new Counter({
      registers,
      name: "grpc_server_msg_received_total",
      help: "Messages received on streams.",
      labelNames: ["grpc_type", "grpc_service", "grpc_method"] as const,
    }),
    streamMessagesSent: new Counter({
      registers,
      name: "grpc_server_msg_sent_total",
      help: "Messages sent on streams.",
      labelNames: ["grpc_type", "grpc_service", "grpc_method"] as const,
    }),

    activations: new Counter({
      registers,
      name: "slimmer_ingest_activations_total",
      help: "Activations by outcome: stored (acknowledged as new), duplicate (acknowledged before), rejected (never to be sent again), refused (to be sent again).",
      labelNames: ["outcome"] as const,
    }),
    activationsFlagged: new Counter({
      registers,
      name: "slimmer_ingest_flagged_total",
      help: "Activations stored with a flag.",
      labelNames: ["flag"] as const,
    }),
    waitingRows: new Gauge({
      registers,
      name: "slimmer_ingest_waiting_rows",
      help: "Activations that wait to be stored.",
    }),
    waitingLimit: new Gauge({
      registers,
      name: "slimmer_ingest_waiting_rows_limit",
      help: "Most activations that may wait.",
    }),
    flushRows: new Histogram({
      registers,
      name: "slimmer_ingest_flush_rows",
      help: "Activations stored by one statement.",
      buckets: [1, 5, 25, 100, 250, 500, 1_000, 2_000, 5_000],
    }),
    flushSeconds: new Histogram({
      registers,
      name: "slimmer_ingest_flush_seconds",
      help: "Time of one storing statement, commit included.",
      buckets: SECONDS,
    }),
    flushFailures: new Counter({
      registers,
      name: "slimmer_ingest_flush_failures_total",
      help: "Storing statements that failed, by cause.",
      labelNames: ["cause"] as const,
    }),
    runs: new Counter({
      registers,
      name: "slimmer_ingest_runs_total",
      help: "Runs registered.",
    }),
    runLookups: new Counter({
      registers,
      name: "slimmer_ingest_run_lookups_total",
      help: "Runs that had to be looked up in the database, by outcome: database (found), unknown.",
      labelNames: ["source"] as const,
    }),
    writersConnected: new Gauge({
      registers,
      name: "slimmer_store_writers_connected",
      help: "Connections that can store activations now.",
    }),
    lanesWaiting: new Gauge({
      registers,
      name: "slimmer_store_waiting_requests",
      help: "Requests that wait for a database connection, by kind of work.",
      labelNames: ["lane"] as const,
    }),

    foldSeconds: new Histogram({
      registers,
      name: "slimmer_fold_seconds",
      help: "Time of one addition of stored activations to states and hourly counts.",
      buckets: SECONDS,
    }),
    foldRows: new Counter({
      registers,
      name: "slimmer_fold_rows_total",
      help: "Activations added to states and hourly counts by this process.",
    }),
    foldLag: new Gauge({
      registers,
      name: "slimmer_fold_lag_seconds",
      help: "Age of the oldest record in the last addition made by this process.",
    }),
    foldFailures: new Counter({
      registers,
      name: "slimmer_fold_failures_total",
      help: "Additions that failed and are tried again.",
    }),

    feedWatchers: new Gauge({
      registers,
      name: "slimmer_feed_watchers",
      help: "Who follows the feed now: watch (every row), live (pages).",
      labelNames: ["kind"] as const,
    }),
    feedLag: new Gauge({
      registers,
      name: "slimmer_feed_lag_seconds",
      help: "Age of the oldest record that was new when the feed was last read by this process.",
    }),
    feedRows: new Counter({
      registers,
      name: "slimmer_feed_rows_total",
      help: "Activations delivered to those who follow the feed.",
    }),

    webRequests: new Counter({
      registers,
      name: "slimmer_web_requests_total",
      help: "HTTP requests answered, by the template of their path and by status.",
      labelNames: ["route", "method", "code"] as const,
    }),
    webSeconds: new Histogram({
      registers,
      name: "slimmer_web_request_seconds",
      help: "Time from the arrival of an HTTP request to the end of its answer; streams are left out.",
      labelNames: ["route"] as const,
      buckets: SECONDS,
    }),
    webAnswers: new Counter({
      registers,
      name: "slimmer_web_answers_total",
      help: "Answers of the JSON API by source: made (asked of the database), shared (with somebody who had just asked the same), kept (less than a second old).",
      labelNames: ["source"] as const,
    }),
    webLive: new Gauge({
      registers,
      name: "slimmer_web_live_connections",
      help: "Pages that follow live events now.",
    }),

    keeperLeader: new Gauge({
      registers,
      name: "slimmer_keeper_leader",
      help: "1 where this keeper leads, else 0.",
    }),
    upkeepRounds: new Counter({
      registers,
      name: "slimmer_upkeep_rounds_total",
      help: "Rounds of upkeep, by outcome.",
      labelNames: ["outcome"] as const,
    }),
    upkeepLastSuccess: new Gauge({
      registers,
      name: "slimmer_upkeep_last_success_timestamp_seconds",
      help: "When the last round of upkeep succeeded, as Unix time.",
    }),
    partitionsAhead: new Gauge({
      registers,
      name: "slimmer_partitions_ahead",
      help: "Whole days after today that have a partition.",
    }),
    partitionsOldest: new Gauge({
      registers,
      name: "slimmer_partitions_oldest_timestamp_seconds",
      help: "Begin of the oldest partition, as Unix time.",
    }),
    partitionsDropped: new Counter({
      registers,
      name: "slimmer_partitions_dropped_total",
      help: "Partitions dropped because their retention was over.",
    }),
    strays: new Gauge({
      registers,
      name: "slimmer_stray_activations",
      help: "Stored activations whose id lies outside every partition.",
    }),

    buildInfo: new Gauge({
      registers,
      name: "slimmer_build_info",
      help: "Always 1; the version is in the label.",
      labelNames: ["version", "process"] as const,
    }),
  };
}
