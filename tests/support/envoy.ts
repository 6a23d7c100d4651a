import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer } from "testcontainers";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { freePort } from "../../bench/support/free-port.ts";
import { loadSettings } from "../../src/config/load.ts";
import { EDGE_KEYS, type EdgeSettings } from "../../src/config/settings.ts";
import { makeCertificate } from "../../src/edge/certificate.ts";
import { startEnvoy } from "../../src/edge/envoy.ts";
import { renderEdge } from "../../src/edge/render.ts";
import { within } from "../../src/kit/within.ts";
import { certificateNames } from "../../src/processes/edge.ts";
import { run } from "./command.ts";
import { docker } from "./docker.mjs";
import { type EnvoyPlace, envoyPlace } from "./envoy-place.mjs";
import { eventually } from "./eventually.ts";
import { RUN_LABEL } from "./leftovers.mjs";
import { RUN_ID } from "./postgres-server.ts";

/** The names of the hosts by the default settings, and one that is none. */
export const GRPC_HOST = "grpc.slimmer.local";
export const WEB_HOST = "slimmer.local";
export const STRANGE_HOST = "strange.example";

/** An Envoy with the configuration of `slimmer edge render`, in front of servers of the test. */
export type Edge = {
  readonly port: number;
  /** host:port, for whoever names the host otherwise. */
  readonly address: string;
  readonly adminPort: number;
  readonly statsPort: number;
  /** The certificate of the development CA, as PEM. */
  readonly ca: string;
  readonly tlsDir: string;
  readonly settings: EdgeSettings;
  /** What Envoy has written so far: the access log, and warnings. */
  output(): string;
  /** The lines of the access log. */
  requests(): LoggedRequest[];
  /** The value of one of Envoy's counters and gauges. */
  statistic(name: string): Promise<number>;
  /** Ends it without a drain; once it has ended, all that it logged is there. */
  stop(): Promise<void>;
};

/** One line of the access log, as envoy/envoy.yaml says it. */
export type LoggedRequest = Record<string, string | number | undefined>;

export type EdgeOptions = {
  /** Addresses of servers. */
  upstreams: readonly string[];
  /** SLIMMER_EDGE_…, beside ports and folders. */
  env?: Record<string, string>;
  /** What Envoy must be able to read, beside a folder of its own. */
  folders?: readonly string[];
  /** Changes the rendered bootstrap, where no setting does. */
  // biome-ignore lint/suspicious/noExplicitAny: Envoy's configuration, which the test knows
  patch?: (bootstrap: any) => void;
};

/**
 * Renders the edge into a folder of its own and starts Envoy there, on free ports and with a development certificate. The
 * caller stops it.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryEdge(options);
    } catch (error) {
      // A port that was free a moment ago may have become somebody's end of a connection.
      const isTaken = /Address already in use/.test((error as Error).message);
      if (!isTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 3;

async function tryEdge(options: EdgeOptions): Promise<Edge> {
  const { upstreams, env = {}, folders = [], patch } = options;
  const folder = await mkdtemp(join(tmpdir(), "edge-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const written: string[] = [];
  try {
    const [port, adminPort, statsPort] = [await freePort(), await freePort(), await freePort()];
    const settings = loadSettings(EDGE_KEYS, {
      SLIMMER_EDGE_LISTEN: `127.0.0.1:${port}`,
      SLIMMER_EDGE_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      SLIMMER_EDGE_STATS_LISTEN: `127.0.0.1:${statsPort}`,
      SLIMMER_EDGE_CONFIG_DIR: join(folder, "envoy"),
      SLIMMER_EDGE_TLS_DIR: join(folder, "tls"),
      SLIMMER_EDGE_SERVE: upstreams[0] ?? "",
      ...env,
    });
    const tlsDir = settings.edgeTlsDir ?? "";
    const { caPem: ca } = await makeCertificate({
      dir: tlsDir,
      names: certificateNames(settings),
      renew: false,
      nowMs: Date.now(),
    });
    const bootstrap = await renderEdge(settings);
    await change(bootstrap, (rendered) => {
      addUpstreams(rendered, upstreams.slice(1));
      patch?.(rendered);
    });

    const envoy = await runEnvoy({
      folders: [folder, ...folders],
      bootstrap,
      settings,
      onOutput: (text) => written.push(text),
    });
    const output = () => written.join("");
    let stopped: Promise<void> | undefined;
    return {
      port,
      address: `127.0.0.1:${port}`,
      adminPort,
      statsPort,
      ca,
      tlsDir,
      settings,
      output,
      requests: () => loggedRequests(output()),
      statistic: (name) => statistic(adminPort, name),
      stop() {
        stopped ??= envoy.stop().then(removeFolder);
        return stopped;
      },
    };
  } catch (cause) {
    await removeFolder();
    throw new Error(`${(cause as Error).message}\n${written.join("")}`, { cause });
  }
}

/** The same for the tests of a file (or a `describe`). `options` is asked once they run. */
export function useEdge(options: () => EdgeOptions): () => Edge {
  let edge: Edge | undefined;
  beforeAll(async () => {
    edge = await startEdge(options());
  });
  afterAll(() => edge?.stop());
  return () => {
    if (!edge) throw new Error("the Envoy of useEdge() exists only while tests run");
    return edge;
  };
}

/** The same for the running test. */
export async function edgeOfTest(options: EdgeOptions): Promise<Edge> {
  const edge = await startEdge(options);
  onTestFinished(() => edge.stop());
  return edge;
}

/** What `envoy --mode validate` says about a bootstrap in `folder`; rejects with its complaint. */
export async function validate(folder: string, bootstrap: string): Promise<string> {
  const place = await requireEnvoy();
  const words = ["--mode", "validate", "-c", bootstrap, "--log-level", "warn"];
  if ("binary" in place) return (await run(place.binary, words)).stdout;
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  return await docker([
    ...["run", "--rm", "--network=none", "--label", `${RUN_LABEL}=${RUN_ID}`, "--user", user],
    ...["--volume", `${folder}:${folder}:ro`, "--entrypoint", "envoy", place.image, ...words],
  ]);
}

/** The cluster of `serve` in a rendered bootstrap. */
// biome-ignore lint/suspicious/noExplicitAny: Envoy's configuration
export function serveCluster(bootstrap: any): any {
  return bootstrap.static_resources.clusters.find(({ name }: { name: string }) => name === "serve");
}

/** The filter chains of the listener for HTTPS in a rendered bootstrap. */
// biome-ignore lint/suspicious/noExplicitAny: Envoy's configuration
export function filterChains(bootstrap: any): any[] {
  return bootstrap.static_resources.listeners.find(({ name }: { name: string }) => name === "edge")
    .filter_chains;
}

/**
 * Everywhere else a name stands for several servers. A machine without a name server of its own has no such name, so the
 * addresses are listed instead; what Envoy does with them is the same.
 */
function addUpstreams(bootstrap: unknown, upstreams: readonly string[]): void {
  const [{ lb_endpoints }] = serveCluster(bootstrap).load_assignment.endpoints;
  for (const upstream of upstreams) {
    const [address, port] = upstream.split(":");
    const socket_address = { address, port_value: Number(port) };
    lb_endpoints.push({ endpoint: { address: { socket_address } } });
  }
}

async function change(file: string, by: (content: unknown) => void): Promise<void> {
  const content = parse(await readFile(file, "utf8"));
  by(content);
  await writeFile(file, stringify(content, { aliasDuplicateObjects: false }));
}

type Run = {
  folders: readonly string[];
  bootstrap: string;
  settings: EdgeSettings;
  onOutput: (text: string) => void;
};

let place: Promise<EnvoyPlace | { reason: string }> | undefined;

/** The binary or the image that the tests use. */
export async function requireEnvoy(): Promise<EnvoyPlace> {
  place ??= envoyPlace(process.env);
  const found = await place;
  if ("reason" in found) throw new Error(found.reason);
  return found;
}

async function runEnvoy(wanted: Run): Promise<{ stop(): Promise<void> }> {
  const place = await requireEnvoy();
  if ("image" in place) return runContainer(place.image, wanted);
  const { binary } = place;
  const { bootstrap, settings, onOutput } = wanted;
  const { edgeStatsListen: stats, edgeDrain: drainMs } = settings;
  const envoy = await startEnvoy({ binary, bootstrap, stats, drainMs, onOutput });
  // A test file that ends early takes its Envoy along.
  const killNow = () => void killQuietly(envoy.pid);
  process.once("exit", killNow);
  return {
    async stop() {
      await envoy.stop();
      process.off("exit", killNow);
    },
  };
}

const READY_MS = 20_000;

/** On the network of the machine, and with our folders at their own paths: the same configuration as for a binary. */
async function runContainer(
  image: string,
  { folders, bootstrap, settings, onOutput }: Run,
): Promise<{ stop(): Promise<void> }> {
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  const container = await new GenericContainer(image)
    .withNetworkMode("host")
    .withUser(`${process.getuid?.()}:${process.getgid?.()}`)
    .withBindMounts(folders.map((path) => ({ source: path, target: path, mode: "ro" })))
    .withLabels({ [RUN_LABEL]: RUN_ID })
    .withEntrypoint(["envoy"])
    .withCommand([
      ...["-c", bootstrap, "--concurrency", "2", "--disable-hot-restart"],
      ...["--drain-time-s", String(Math.max(1, Math.round(settings.edgeDrain / 2_000)))],
      ...["--log-level", "warn"],
    ])
    .withLogConsumer((stream) => stream.on("data", (chunk) => onOutput(String(chunk))))
    .start();
  const removeNow = () => void spawnSync("docker", ["rm", "--force", container.getId()]);
  process.once("exit", removeNow);
  const stop = async () => {
    await container.stop({ timeout: 5_000 });
    process.off("exit", removeNow);
  };
  try {
    const url = `http://127.0.0.1:${settings.edgeStatsListen.port}/ready`;
    const isReady = async () => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`Envoy is not ready: ${response.status}`);
    };
    await within(READY_MS, "starting Envoy", eventually(isReady, { timeoutMs: READY_MS }));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended before.
  }
}

async function statistic(adminPort: number, name: string): Promise<number> {
  const filter = encodeURIComponent(`^${name.replaceAll(".", "\\.")}$`);
  const response = await fetch(`http://127.0.0.1:${adminPort}/stats?filter=${filter}`);
  const match = /: (\d+)\s*$/.exec(await response.text());
  if (!match) throw new Error(`Envoy has no statistic ${name}`);
  return Number(match[1]);
}

/** Envoy's warnings are no JSON. */
function loggedRequests(output: string): LoggedRequest[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
