import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WireTarget } from "../load/wire.ts";
import { startChild } from "./child.ts";
import { freePort } from "./free-port.ts";
import { readyAddresses } from "./ready.ts";
import { CLI, ROOT } from "./root.ts";

/** Where an Envoy stands. */
export type EdgePlace = {
  /** For its configuration, its certificate and its log. */
  readonly folder: string;
  /** The address of the server behind it. */
  readonly serve: string;
  /** Default: some free port. */
  readonly listen?: string;
};

/** An Envoy in front of a server, as `slimmer edge run` sets it up. */
export type Edge = {
  readonly target: Required<WireTarget>;
  readonly envoyPid: number;
  stop(): Promise<void>;
  /** Ends it without a drain (SIGKILL). */
  kill(): Promise<void>;
};

/** What src/edge/envoy.ts exports. */
type EnvoyModule = {
  findEnvoy(path: string): Promise<string | undefined>;
  requireEnvoyVersion(binary: string): Promise<void>;
};

const HOST = "grpc.slimmer.local";
/** So high that no load meets it: Envoy still counts every request, as it does by default. */
const NO_LIMIT = "10000000";

/** What starts the edge, or, as a sentence, why there is none on this machine. */
export async function findEdge(place: EdgePlace): Promise<(() => Promise<Edge>) | string> {
  const built = pathToFileURL(join(ROOT, "dist/edge/envoy.js")).href;
  const { findEnvoy, requireEnvoyVersion } = (await import(
    /* @vite-ignore */ built
  )) as EnvoyModule;
  const binary = await findEnvoy(process.env.PATH ?? "");
  if (!binary) return "there is no envoy on the PATH";
  const problem = await requireEnvoyVersion(binary).catch((error: Error) => error.message);
  return problem ?? (() => startEdge(place));
}

async function startEdge({ folder, serve, ...place }: EdgePlace): Promise<Edge> {
  const configDir = join(folder, "edge/envoy");
  const tlsDir = join(folder, "edge/tls");
  mkdirSync(configDir, { recursive: true });
  const listen = place.listen ?? `127.0.0.1:${await freePort()}`;
  const child = startChild(CLI, ["edge", "run"], {
    env: {
      SLIMMER_EDGE_LISTEN: listen,
      SLIMMER_EDGE_STATS_LISTEN: `127.0.0.1:${await freePort()}`,
      SLIMMER_EDGE_ADMIN_LISTEN: `127.0.0.1:${await freePort()}`,
      SLIMMER_EDGE_GRPC_HOSTS: HOST,
      SLIMMER_EDGE_SERVE: serve,
      SLIMMER_EDGE_CONFIG_DIR: configDir,
      SLIMMER_EDGE_TLS_DIR: tlsDir,
      SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: NO_LIMIT,
    },
    // The access log is a line for every request.
    outputFile: join(folder, "edge/output.log"),
  });
  if (!(await readyAddresses(child))) {
    await child.stop();
    throw new Error(`slimmer edge run did not get ready:\n${child.output()}`);
  }
  const envoyPid = Number.parseInt(readFileSync(join(configDir, "envoy.pid"), "utf8"), 10);
  // It would outlive us: its guardian is killed before it can stop it.
  const killNow = () => {
    try {
      process.kill(envoyPid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  process.prependOnceListener("exit", killNow);
  return {
    target: {
      address: listen,
      tls: { ca: readFileSync(join(tlsDir, "ca.crt"), "utf8"), name: HOST },
    },
    envoyPid,
    async stop() {
      await child.stop();
      process.off("exit", killNow);
    },
    async kill() {
      killNow();
      await child.kill();
      process.off("exit", killNow);
    },
  };
}
