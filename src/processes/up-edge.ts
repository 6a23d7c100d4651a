import { join } from "node:path";
import type { Address } from "../config/kinds.ts";
import { SETTINGS, type UpSettings } from "../config/settings.ts";
import { TLS_FILES } from "../edge/certificate.ts";
import { EdgeError } from "../edge/edge-error.ts";
import { findEnvoy, requireEnvoyVersion } from "../edge/envoy.ts";
import { addressText } from "./child-env.ts";
import { listenProblem } from "./listen-problem.ts";

export type UpEdge = {
  /** The environment for `slimmer edge run`. */
  env: NodeJS.ProcessEnv;
  https: Address;
  caFile: string;
};

/** A machine of one's own is reached by these names too. */
const LOCAL_HOSTS = ["localhost", "127.0.0.1"];
/** When everything on the machine stops, `serve` has told its clients already. */
const DRAIN = "2s";

/** How `slimmer up` runs Envoy on this machine, or, as a sentence, why it does not. */
export async function upEdge(options: {
  settings: UpSettings;
  /** What the children of `up` inherit. */
  env: NodeJS.ProcessEnv;
  dataDir: string;
  /** Where `serve` listens. */
  grpc: string;
  /** Where `web` listens, if it runs. */
  web: string | undefined;
  stats: Address;
}): Promise<UpEdge | string> {
  const { settings, env, dataDir, grpc, web, stats } = options;
  const binary = await findEnvoy(env.PATH ?? "");
  if (!binary) return "there is no envoy on the PATH, so no TLS, JSON or grpc-web";
  try {
    await requireEnvoyVersion(binary);
  } catch (error) {
    if (error instanceof EdgeError) return error.message;
    throw error;
  }
  for (const key of ["edgeListen", "edgeAdminListen"] as const) {
    const problem = await listenProblem(settings[key], SETTINGS[key].env);
    if (problem) return `${problem}, so no TLS, JSON or grpc-web`;
  }
  const tlsDir = env.SLIMMER_EDGE_TLS_DIR || join(dataDir, "edge/tls");
  const hosts = [...settings.edgeGrpcHosts, ...LOCAL_HOSTS];
  return {
    https: settings.edgeListen,
    caFile: join(tlsDir, TLS_FILES.ca),
    env: {
      SLIMMER_EDGE_GRPC_HOSTS: hosts.join(","),
      SLIMMER_EDGE_CONFIG_DIR: join(dataDir, "edge/envoy"),
      SLIMMER_EDGE_DRAIN: DRAIN,
      SLIMMER_EDGE_STATS_LISTEN: addressText(stats),
      SLIMMER_EDGE_SERVE: grpc,
      ...(web ? { SLIMMER_EDGE_WEB: web } : {}),
      ...env,
      SLIMMER_EDGE_TLS_DIR: tlsDir,
    },
  };
}
