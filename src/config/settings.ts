import { CLIENT_SETTINGS } from "./client-settings.ts";
import { EDGE_SETTINGS } from "./edge-settings.ts";
import { address, choice, duration, flag, integer, secret, text } from "./kinds.ts";

/**
 * Every setting of slimmer, once. Each has an environment variable and a command-line flag of the same name
 * (SLIMMER_GRPC_LISTEN, --grpc-listen); the flag wins. docs/settings.md is generated from this table.
 */
export const SETTINGS = {
  grpcListen: address("SLIMMER_GRPC_LISTEN", "0.0.0.0:50051", "Where `serve` listens for gRPC."),
  xds: flag(
    "SLIMMER_XDS",
    false,
    "Whether `serve` takes its listener from an xDS control plane (see xds.md). SLIMMER_GRPC_LISTEN must then have an IP address and a port other than 0, and GRPC_XDS_BOOTSTRAP or GRPC_XDS_BOOTSTRAP_CONFIG must hold the bootstrap.",
  ),
  webListen: address(
    "SLIMMER_WEB_LISTEN",
    "0.0.0.0:8080",
    "Where `web` listens for HTTP: the dashboard, and the reading half of the JSON API.",
  ),
  opsListen: address(
    "SLIMMER_OPS_LISTEN",
    "0.0.0.0:9464",
    "Where a process serves /metrics, /livez and /readyz. `slimmer up` gives its children consecutive ports from here.",
  ),
  logLevel: choice(
    "SLIMMER_LOG_LEVEL",
    "info",
    ["trace", "debug", "info", "warn", "error", "fatal"],
    "The least important log lines that are written.",
  ),

  databaseUrl: secret(
    "SLIMMER_DATABASE_URL",
    "The PostgreSQL database (15 to 18) as postgres://user:password@host:port/name. Wins over the single settings below.",
  ),
  databaseHost: text("SLIMMER_DATABASE_HOST", "Host name or address of PostgreSQL.", "127.0.0.1"),
  databasePort: integer(
    "SLIMMER_DATABASE_PORT",
    5432,
    { min: 1, max: 65_535 },
    "Port of PostgreSQL.",
  ),
  databaseName: text("SLIMMER_DATABASE_NAME", "Name of the database.", "slimmer"),
  databaseUser: text("SLIMMER_DATABASE_USER", "User that owns slimmer's tables.", "slimmer"),
  databasePassword: secret("SLIMMER_DATABASE_PASSWORD", "That user's password."),
  databaseSslMode: choice(
    "SLIMMER_DATABASE_SSL_MODE",
    "disable",
    ["disable", "require", "verify-ca", "verify-full"],
    "TLS to PostgreSQL: none; encrypted without a look at the certificate; certificate checked; certificate and host name checked. An sslmode in the URL wins.",
  ),
  databaseSslCaFile: text(
    "SLIMMER_DATABASE_SSL_CA_FILE",
    "PEM file with the authorities to trust for PostgreSQL; without it those of Node.",
  ),
  databasePool: integer(
    "SLIMMER_DATABASE_POOL",
    8,
    { min: 3, max: 200 },
    "Most connections of one process for registrations and queries, beside its writers.",
  ),
  databaseWriters: integer(
    "SLIMMER_DATABASE_WRITERS",
    2,
    { min: 1, max: 16 },
    "Connections of `serve` that store activations, and nothing else.",
  ),
  databaseWait: duration(
    "SLIMMER_DATABASE_WAIT",
    "0s",
    { min: "0s", max: "1h" },
    "How long a process waits at its start for a PostgreSQL that does not answer. 10m in containers, where both start at the same time.",
  ),
  databaseTimeout: duration(
    "SLIMMER_DATABASE_TIMEOUT",
    "10s",
    { min: "100ms", max: "10m" },
    "Longest that one statement or one wait for a connection may take. A connection attempt is given up after 3s.",
  ),

  flushMaxRows: integer(
    "SLIMMER_FLUSH_MAX_ROWS",
    2_000,
    { min: 1, max: 20_000 },
    "Most activations stored by one statement. A batch call is never split, so one statement may exceed this by a batch.",
  ),
  intakeMaxRows: integer(
    "SLIMMER_INTAKE_MAX_ROWS",
    20_000,
    { min: 1_000, max: 1_000_000 },
    "Most activations that may wait to be stored; beyond it calls are refused at once with RESOURCE_EXHAUSTED.",
  ),
  intakeMaxBytes: integer(
    "SLIMMER_INTAKE_MAX_BYTES",
    33_554_432,
    { min: 8_388_608, max: 4_294_967_296 },
    "The same bound in bytes, for activations with large attributes.",
  ),
  intakeMaxCalls: integer(
    "SLIMMER_INTAKE_MAX_CALLS",
    5_000,
    { min: 100, max: 1_000_000 },
    "The same bound in calls: every waiting call holds memory of its own.",
  ),
  manifestCache: integer(
    "SLIMMER_MANIFEST_CACHE_ENTITIES",
    500_000,
    { min: 20_000, max: 100_000_000 },
    "Most sensors of live runs that `serve` keeps in memory; one takes about 150 bytes.",
  ),
  foldInterval: duration(
    "SLIMMER_FOLD_INTERVAL",
    "250ms",
    { min: "10ms", max: "10s" },
    "Pause between two additions of stored activations to the feed, the states and the hourly counts.",
  ),
  feedRetention: duration(
    "SLIMMER_FEED_RETENTION",
    "1h",
    { min: "1m", max: "30d" },
    "How long a reader of the feed may stay away and then go on where it was. The latest 1,000 records stay in any case.",
  ),
  feedMaxBytes: integer(
    "SLIMMER_FEED_MAX_BYTES",
    1_073_741_824,
    { min: 1_048_576, max: 1_099_511_627_776 },
    "How much disk the feed may take, about; beyond it the oldest records go before their time.",
  ),

  silentAfter: duration(
    "SLIMMER_SILENT_AFTER",
    "3m",
    { min: "1s", max: "366d" },
    "How long a system may give no sign of life before it is shown as down, unless its run says so itself. After a third of it, it is late.",
  ),

  retention: duration(
    "SLIMMER_RETENTION",
    "90d",
    { min: "2d", max: "3650d" },
    "How long activations are kept; whole days are dropped.",
  ),
  rollupRetention: duration(
    "SLIMMER_ROLLUP_RETENTION",
    "1826d",
    { min: "2d", max: "36500d" },
    "How long hourly counts are kept; in any case 8 days longer than `SLIMMER_RETENTION`, for lists of activations go by them.",
  ),
  upkeepInterval: duration(
    "SLIMMER_UPKEEP_INTERVAL",
    "10m",
    { min: "1s", max: "6h" },
    "Pause between two rounds of the keeper's upkeep (partitions, retention).",
  ),

  drain: duration(
    "SLIMMER_DRAIN",
    "20s",
    { min: "0s", max: "10m" },
    "Longest that `serve` waits for running calls when it is told to stop.",
  ),
  drainDelay: duration(
    "SLIMMER_DRAIN_DELAY",
    "0s",
    { min: "0s", max: "5m" },
    "How long `serve`, `web` and the Envoy of `edge run` or `edge drain` answer on after they were told to stop and say that they aren't ready, so that load balancers notice. 5s behind Envoy or in Kubernetes.",
  ),
  reflection: flag("SLIMMER_REFLECTION", true, "Whether `serve` answers gRPC server reflection."),
  maxStreams: integer(
    "SLIMMER_MAX_STREAMS",
    1_000,
    { min: 1, max: 100_000 },
    "Most calls that one connection may have open at a time.",
  ),

  dataDir: text(
    "SLIMMER_DATA_DIR",
    "Where `slimmer up` keeps its PostgreSQL. Default: /var/lib/slimmer for root, else ~/.local/share/slimmer.",
  ),
  embeddedPort: integer(
    "SLIMMER_EMBEDDED_PORT",
    54_320,
    { min: 1_024, max: 65_535 },
    "Port on 127.0.0.1 of the PostgreSQL that `slimmer up` runs.",
  ),

  ...EDGE_SETTINGS,
  ...CLIENT_SETTINGS,
} as const;

export type SettingKey = keyof typeof SETTINGS;
type ValueOf<K extends SettingKey> = ReturnType<(typeof SETTINGS)[K]["parse"]>;

/** The values of the settings that one process asked for. */
export type Settings<K extends SettingKey> = { readonly [P in K]: ValueOf<P> };

/** What everything that talks to PostgreSQL needs. */
export const DATABASE_KEYS = [
  "databaseUrl",
  "databaseHost",
  "databasePort",
  "databaseName",
  "databaseUser",
  "databasePassword",
  "databaseSslMode",
  "databaseSslCaFile",
  "databasePool",
  "databaseTimeout",
] as const satisfies readonly SettingKey[];
export type DatabaseSettings = Settings<(typeof DATABASE_KEYS)[number]>;

export const SERVE_KEYS = [
  ...DATABASE_KEYS,
  "databaseWait",
  "grpcListen",
  "xds",
  "opsListen",
  "logLevel",
  "databaseWriters",
  "flushMaxRows",
  "intakeMaxRows",
  "intakeMaxBytes",
  "intakeMaxCalls",
  "manifestCache",
  "foldInterval",
  "feedRetention",
  "feedMaxBytes",
  "silentAfter",
  "retention",
  "drain",
  "drainDelay",
  "reflection",
  "maxStreams",
] as const satisfies readonly SettingKey[];
export type ServeSettings = Settings<(typeof SERVE_KEYS)[number]>;

export const WEB_KEYS = [
  ...DATABASE_KEYS,
  "databaseWait",
  "webListen",
  "opsListen",
  "logLevel",
  "silentAfter",
  "drainDelay",
] as const satisfies readonly SettingKey[];
export type WebSettings = Settings<(typeof WEB_KEYS)[number]>;

export const KEEPER_KEYS = [
  ...DATABASE_KEYS,
  "databaseWait",
  "opsListen",
  "logLevel",
  "foldInterval",
  "feedRetention",
  "feedMaxBytes",
  "retention",
  "rollupRetention",
  "upkeepInterval",
] as const satisfies readonly SettingKey[];
export type KeeperSettings = Settings<(typeof KEEPER_KEYS)[number]>;

export const MIGRATE_KEYS = [
  ...DATABASE_KEYS,
  "logLevel",
  "retention",
  "databaseWait",
] as const satisfies readonly SettingKey[];
export type MigrateSettings = Settings<(typeof MIGRATE_KEYS)[number]>;

/** What Envoy's configuration is made from. */
export const EDGE_KEYS = Object.keys(EDGE_SETTINGS) as (keyof typeof EDGE_SETTINGS)[];
export type EdgeSettings = Settings<(typeof EDGE_KEYS)[number]>;

/** The way to a server, for the commands that talk to one. */
export const CLIENT_KEYS = Object.keys(CLIENT_SETTINGS) as (keyof typeof CLIENT_SETTINGS)[];
export type ClientSettings = Settings<(typeof CLIENT_KEYS)[number]>;

/** `up` hands the environment on to its children, so it takes every setting that they take. */
export const UP_KEYS = (Object.keys(SETTINGS) as SettingKey[]).filter(
  (key): key is Exclude<SettingKey, keyof typeof CLIENT_SETTINGS> => !(key in CLIENT_SETTINGS),
);
export type UpSettings = Settings<(typeof UP_KEYS)[number]>;
