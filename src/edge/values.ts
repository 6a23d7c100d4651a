import { isIP } from "node:net";
import { dirname, join } from "node:path";
import { MainService, ReaderService } from "slimmer-grpc";
import type { Address } from "../config/kinds.ts";
import type { EdgeSettings } from "../config/settings.ts";
import type { Values } from "./description.ts";
import { EdgeError } from "./edge-error.ts";

/** Where the files of a rendered edge lie, below SLIMMER_EDGE_CONFIG_DIR. */
export function edgeFiles(configDir: string) {
  return {
    bootstrap: join(configDir, "envoy.yaml"),
    certificateSds: join(configDir, "sds/certificate.yaml"),
    deviceCaSds: join(configDir, "sds/device-ca.yaml"),
    descriptorSet: join(configDir, "slimmer.desc"),
  };
}

/** What the names in envoy/*.yaml stand for. Throws an EdgeError with every contradiction. */
export function edgeValues(settings: EdgeSettings): Values {
  const problems = contradictions(settings);
  if (problems.length > 0) throw new EdgeError(problems.join("\n"));
  const configDir = settings.edgeConfigDir ?? "";
  const tlsDir = settings.edgeTlsDir ?? "";
  const files = edgeFiles(configDir);
  const { edgeDeviceCaFile: deviceCaFile, edgeWeb: web, edgeAccessLog: accessLog } = settings;
  return {
    listen: socketAddress(settings.edgeListen),
    statsListen: socketAddress(settings.edgeStatsListen),
    adminListen: socketAddress(settings.edgeAdminListen),
    grpcHosts: settings.edgeGrpcHosts,
    webHosts: settings.edgeWebHosts,
    deviceHosts: settings.edgeDeviceHosts,
    tlsDir,
    certificateFile: join(tlsDir, "tls.crt"),
    keyFile: join(tlsDir, "tls.key"),
    deviceCaFile,
    deviceCaDir: deviceCaFile && dirname(deviceCaFile),
    certificateSds: files.certificateSds,
    deviceCaSds: files.deviceCaSds,
    descriptorSet: files.descriptorSet,
    serveEndpoints: endpoints(settings.edgeServe),
    web: web !== undefined,
    webEndpoints: web && endpoints(web),
    adminEndpoints: endpoints(settings.edgeAdminListen),
    corsOrigins: settings.edgeCorsOrigins.map((origin) =>
      origin === "*" ? { safe_regex: { regex: ".*" } } : { exact: origin },
    ),
    foreignOrigin: foreignOrigin(settings.edgeCorsOrigins),
    reflection: settings.edgeReflection,
    requestsPerSecond: tokenBucket(settings.edgeRequestsPerSecond),
    connectionRequestsPerSecond: tokenBucket(settings.edgeConnectionRequestsPerSecond),
    maxConnections: settings.edgeMaxConnections,
    maxHeapBytes: settings.edgeMaxHeapBytes,
    trustedHops: settings.edgeTrustedHops,
    isBehindProxy: settings.edgeTrustedHops > 0,
    unaryTimeout: seconds(settings.edgeUnaryTimeout),
    streamIdle: seconds(settings.edgeStreamIdle),
    logsRequests: accessLog !== "none",
    logsErrorsOnly: accessLog === "errors",
    grpcMethods: GRPC_METHODS,
  };
}

function contradictions(settings: EdgeSettings): string[] {
  const { edgeGrpcHosts, edgeWebHosts, edgeDeviceHosts, edgeDeviceCaFile, edgeAdminListen } =
    settings;
  const problems: string[] = [];
  const hosts = [...edgeGrpcHosts, ...edgeWebHosts, ...edgeDeviceHosts];
  const twice = hosts.filter((host, index) => hosts.indexOf(host) !== index);
  if (twice.length > 0) {
    problems.push(
      `${[...new Set(twice)].join(", ")}: a name belongs to one of SLIMMER_EDGE_GRPC_HOSTS, SLIMMER_EDGE_WEB_HOSTS and SLIMMER_EDGE_DEVICE_HOSTS`,
    );
  }
  if (edgeGrpcHosts.length === 0) problems.push("SLIMMER_EDGE_GRPC_HOSTS names no host");
  if (edgeWebHosts.length === 0) problems.push("SLIMMER_EDGE_WEB_HOSTS names no host");
  if (edgeDeviceHosts.length > 0 && !edgeDeviceCaFile) {
    problems.push(
      "SLIMMER_EDGE_DEVICE_HOSTS needs SLIMMER_EDGE_DEVICE_CA_FILE, the authorities of the client certificates",
    );
  }
  const isLoopback = isIP(edgeAdminListen.host) && /^(127\.|::1$)/.test(edgeAdminListen.host);
  if (!isLoopback) {
    problems.push(
      `SLIMMER_EDGE_ADMIN_LISTEN=${edgeAdminListen.host}:${edgeAdminListen.port}: the admin interface may listen on 127.0.0.1 or ::1 only`,
    );
  }
  return problems;
}

/** Matches the requests of pages whose origin is not among these; undefined where any may call. Programs send no Origin. */
function foreignOrigin(origins: readonly string[]) {
  if (origins.includes("*")) return undefined;
  const others = origins.map((exact) => ({
    name: "origin",
    string_match: { exact },
    invert_match: true,
  }));
  return [{ name: "origin", present_match: true }, ...others];
}

function socketAddress({ host, port }: Address) {
  return { address: host, port_value: port, ...(host === "::" ? { ipv4_compat: true } : {}) };
}

function endpoints(address: Address) {
  return [
    { lb_endpoints: [{ endpoint: { address: { socket_address: socketAddress(address) } } }] },
  ];
}

/** As many a second, and as many at once: Envoy refills in steps of 50 ms at least. */
function tokenBucket(perSecond: number) {
  if (perSecond === 0) return undefined;
  const steps = perSecond >= 200 ? 10 : 1;
  return {
    max_tokens: perSecond,
    tokens_per_fill: Math.ceil(perSecond / steps),
    fill_interval: `${1 / steps}s`,
  };
}

function seconds(ms: number): string {
  return `${ms / 1_000}s`;
}

const GRPC_METHODS = [
  { name: "slimmer_grpc.Main", method_names: namesOf(MainService) },
  { name: "slimmer_grpc.Reader", method_names: namesOf(ReaderService) },
];

function namesOf(service: Readonly<Record<string, { path: string }>>): (string | undefined)[] {
  return Object.values(service).map(({ path }) => path.split("/")[2]);
}
