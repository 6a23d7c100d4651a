import {
  address,
  choice,
  duration,
  flag,
  hostNames,
  integer,
  optionalAddress,
  origins,
  text,
} from "./kinds.ts";

/** Settings of the edge: from them and envoy/envoy.yaml `slimmer edge render` makes Envoy's configuration. */
export const EDGE_SETTINGS = {
  edgeListen: address("SLIMMER_EDGE_LISTEN", "0.0.0.0:8443", "Where Envoy listens for HTTPS."),
  edgeStatsListen: address(
    "SLIMMER_EDGE_STATS_LISTEN",
    "0.0.0.0:9465",
    "Where Envoy serves /stats/prometheus and /ready, and nothing else.",
  ),
  edgeAdminListen: address(
    "SLIMMER_EDGE_ADMIN_LISTEN",
    "127.0.0.1:9901",
    "Where Envoy's admin interface listens: loopback only, for whoever reaches it can stop Envoy.",
  ),
  edgeGrpcHosts: hostNames(
    "SLIMMER_EDGE_GRPC_HOSTS",
    "grpc.slimmer.local",
    "Names of the gRPC host (gRPC, grpc-web and JSON). The certificate must cover them.",
  ),
  edgeWebHosts: hostNames(
    "SLIMMER_EDGE_WEB_HOSTS",
    "slimmer.local",
    "Names of the web host. Any name that is in neither list gets 404.",
  ),
  edgeDeviceHosts: hostNames(
    "SLIMMER_EDGE_DEVICE_HOSTS",
    undefined,
    "Names of the gRPC host for clients with a certificate of their own, which is required there and handed on as x-forwarded-client-cert.",
  ),
  edgeDeviceCaFile: text(
    "SLIMMER_EDGE_DEVICE_CA_FILE",
    "PEM file with the authorities of those client certificates; a changed file is read again.",
  ),
  edgeTlsDir: text(
    "SLIMMER_EDGE_TLS_DIR",
    "Folder of tls.crt and tls.key; changed files are served without a restart.",
    "/etc/slimmer/tls",
  ),
  edgeConfigDir: text(
    "SLIMMER_EDGE_CONFIG_DIR",
    "Folder into which `slimmer edge render` writes, and from which Envoy reads.",
    "/etc/slimmer/edge",
  ),
  edgeServe: address(
    "SLIMMER_EDGE_SERVE",
    "127.0.0.1:50051",
    "Where Envoy finds `serve`: a name with the addresses of all of them (a headless Service), and the port.",
  ),
  edgeWeb: optionalAddress(
    "SLIMMER_EDGE_WEB",
    "Where Envoy finds `web`, likewise. Without it the web host answers 404.",
  ),
  edgeCorsOrigins: origins(
    "SLIMMER_EDGE_CORS_ORIGINS",
    "Origins of the web pages that may call the gRPC host from a browser (grpc-web, JSON).",
  ),
  edgeReflection: flag(
    "SLIMMER_EDGE_REFLECTION",
    true,
    "Whether gRPC server reflection passes the edge.",
  ),
  edgeRequestsPerSecond: integer(
    "SLIMMER_EDGE_REQUESTS_PER_SECOND",
    0,
    { min: 0, max: 10_000_000 },
    "Most requests that one Envoy lets through in a second (a stream is one); beyond it RESOURCE_EXHAUSTED. 0: no limit.",
  ),
  edgeConnectionRequestsPerSecond: integer(
    "SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND",
    5_000,
    { min: 0, max: 10_000_000 },
    "The same for one connection. Unlike the limit of all, it keeps one client from taking what belongs to the others.",
  ),
  edgeMaxConnections: integer(
    "SLIMMER_EDGE_MAX_CONNECTIONS",
    10_000,
    { min: 10, max: 1_000_000 },
    "Most connections that one Envoy accepts.",
  ),
  edgeMaxHeapBytes: integer(
    "SLIMMER_EDGE_MAX_HEAP_BYTES",
    536_870_912,
    { min: 67_108_864, max: 1_099_511_627_776 },
    "Heap of Envoy; at 95 % it gives memory back, at 98 % it takes no new requests.",
  ),
  edgeTrustedHops: integer(
    "SLIMMER_EDGE_TRUSTED_HOPS",
    0,
    { min: 0, max: 10 },
    "Proxies in front of Envoy whose x-forwarded-for is believed.",
  ),
  edgeUnaryTimeout: duration(
    "SLIMMER_EDGE_UNARY_TIMEOUT",
    "30s",
    { min: "1s", max: "10m" },
    "Longest time of one unary call from its first byte; a shorter deadline of the client wins.",
  ),
  edgeStreamIdle: duration(
    "SLIMMER_EDGE_STREAM_IDLE",
    "1h",
    { min: "10s", max: "7d" },
    "How long nothing may move on a stream before Envoy ends it.",
  ),
  edgeAccessLog: choice(
    "SLIMMER_EDGE_ACCESS_LOG",
    "errors",
    ["all", "errors", "none"],
    "Which requests Envoy logs, as JSON on its standard output. All of them cost it 7 % of its time, and 330 bytes each.",
  ),
  edgeDrain: duration(
    "SLIMMER_EDGE_DRAIN",
    "20s",
    { min: "0s", max: "10m" },
    "Longest that `slimmer edge drain` waits for Envoy's connections to end.",
  ),
} as const;
