import type { Address } from "../config/kinds.ts";
import type { UpEdge } from "./up-edge.ts";

/** Where the dashboard is, and its metrics. */
export type Site = { web: string; ops: string };

/** What runs where, for the person who started it; in the place of what does not run stands why. */
export function upSummary(where: {
  grpc: string;
  site: Site | string;
  edge: UpEdge | string;
  serveOps: string;
  keeperOps: string;
  database: string;
}): string {
  const { edge, site } = where;
  const metrics = [
    `http://${reachable(where.serveOps)}/metrics (serve)`,
    `http://${reachable(where.keeperOps)}/metrics (keeper)`,
    ...(typeof site === "string" ? [] : [`http://${reachable(site.ops)}/metrics (web)`]),
  ];
  const https = typeof edge === "string" ? undefined : localName(edge.https);
  return [
    "slimmer is up.",
    `  dashboard   ${typeof site === "string" ? `none: ${site}` : `http://${localSite(site.web)}`}`,
    `  gRPC        ${reachable(where.grpc)}`,
    typeof edge === "string"
      ? `  https       none: ${edge}`
      : `  https       https://${https} (gRPC, grpc-web and JSON through Envoy; CA ${edge.caFile})`,
    `  metrics     ${metrics.join(", ")}`,
    `  PostgreSQL  ${where.database}`,
    "Try:  npx slimmer ping",
    ...(typeof edge === "string" ? [] : [`      npx slimmer ping ${https} --ca ${edge.caFile}`]),
    "Stop: Ctrl-C",
  ].join("\n");
}

/** Where somebody on this machine reaches a server that listens on all addresses. */
export function reachable(address: string): string {
  return address.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
}

/** What a person types on this machine. */
function localSite(address: string): string {
  return address.replace(/^(0\.0\.0\.0|127\.0\.0\.1|\[::1?\]):/, "localhost:");
}

/** The development certificate covers it. */
function localName({ host, port }: Address): string {
  return `${host === "0.0.0.0" || host === "127.0.0.1" ? "localhost" : host}:${port}`;
}
