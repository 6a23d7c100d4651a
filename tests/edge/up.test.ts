import { accessSync, chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../bench/support/free-port.ts";
import { processIdentity } from "../../src/embedded/process-identity.ts";
import { ask } from "../support/edge-calls.ts";
import { requireEnvoy } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";

let binary: string | undefined;
beforeAll(async () => {
  const place = await requireEnvoy();
  binary = "binary" in place ? place.binary : undefined;
});

let dataDir = "";
let env: Record<string, string> = {};
let port = 0;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "slimmer-up-"));
  chmodSync(dataDir, 0o711); // under root, PostgreSQL runs as another user, who must get through
  port = await freePort();
  env = {
    PATH: pathWithoutEnvoy(),
    SLIMMER_DATA_DIR: dataDir,
    SLIMMER_EMBEDDED_PORT: String(await freePort()),
    SLIMMER_GRPC_LISTEN: `127.0.0.1:${await freePort()}`,
    SLIMMER_OPS_LISTEN: "127.0.0.1:0",
    SLIMMER_WEB_LISTEN: `127.0.0.1:${await freePort()}`,
    SLIMMER_EDGE_LISTEN: `127.0.0.1:${port}`,
    SLIMMER_EDGE_ADMIN_LISTEN: `127.0.0.1:${await freePort()}`,
    SLIMMER_EDGE_STATS_LISTEN: `127.0.0.1:${await freePort()}`,
    SLIMMER_DRAIN_DELAY: "0s",
  };
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function pathWithoutEnvoy(): string {
  const hasEnvoy = (folder: string) => {
    try {
      accessSync(join(folder, "envoy"));
      return true;
    } catch {
      return false;
    }
  };
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.filter((folder) => !hasEnvoy(folder)).join(delimiter);
}

/** A PATH with the Envoy of the tests, whatever it is called. */
function pathWithEnvoy(): string {
  const folder = mkdtempSync(join(tmpdir(), "path-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(binary as string, join(folder, "envoy"));
  return [folder, pathWithoutEnvoy()].join(delimiter);
}

async function startUp(path: string): Promise<SlimmerProcess> {
  const up = startSlimmer(["up"], { ...env, PATH: path });
  await up.untilItSays("Stop: Ctrl-C");
  return up;
}

async function pingByJson(): Promise<string> {
  const ca = readFileSync(join(dataDir, "edge/tls/ca.crt"), "utf8");
  const question = { method: "POST", path: "/v1/ping", body: '{"message":"hello"}' };
  return (await ask({ port, ca }, question, { servername: "localhost" })).text;
}

/** What the web host answers: it leads to the dashboard's process. */
async function fleetByName(host: string): Promise<unknown> {
  const ca = readFileSync(join(dataDir, "edge/tls/ca.crt"), "utf8");
  return JSON.parse((await ask({ port, ca }, { path: "/v1/fleet" }, { servername: host })).text);
}

const envoyPid = () =>
  Number(readFileSync(join(dataDir, "edge/envoy/envoy.pid"), "utf8").split(" ")[0]);

const isAlive = (pid: number) => processIdentity(pid) !== undefined;

test("with an Envoy on the PATH, up serves https there, outlives its end, and leaves none behind", async (context) => {
  if (!binary) return context.skip("this machine has Envoy in a container only");
  const up = await startUp(pathWithEnvoy());
  expect(up.output()).toContain(
    `  https       https://localhost:${port} (gRPC, grpc-web and JSON through Envoy; CA ${dataDir}/edge/tls/ca.crt)\n`,
  );
  expect(up.output()).toContain(
    `      npx slimmer ping localhost:${port} --ca ${dataDir}/edge/tls/ca.crt\n`,
  );
  const ping = startSlimmer(
    ["ping", `localhost:${port}`, "--ca", join(dataDir, "edge/tls/ca.crt")],
    {},
  );
  expect([await ping.exited, ping.output()]).toEqual([0, expect.stringContaining("answered")]);
  expect(JSON.parse(await pingByJson())).toEqual({ message: "hello" });
  expect(await fleetByName("slimmer.local")).toMatchObject({
    up: 0,
    hourly_counts: expect.any(Array),
  });

  // The guardian of Envoy is killed: Envoy goes on by itself, until the next guardian has taken its place.
  const before = envoyPid();
  const child = edgeChild(up);
  process.kill(child, "SIGKILL");
  await up.untilItSays(/edge.*left behind/);
  await eventually(
    async () => {
      expect(envoyPid()).not.toBe(before);
      expect(JSON.parse(await pingByJson())).toEqual({ message: "hello" });
    },
    { timeoutMs: 30_000 },
  );
  expect(isAlive(before)).toBe(false);

  // So is Envoy itself.
  const second = envoyPid();
  process.kill(second, "SIGKILL");
  await eventually(
    async () => {
      expect(envoyPid()).not.toBe(second);
      expect(JSON.parse(await pingByJson())).toEqual({ message: "hello" });
    },
    { timeoutMs: 30_000 },
  );

  const last = envoyPid();
  up.process.kill("SIGINT");
  expect(await up.exited).toBe(0);
  expect(isAlive(last)).toBe(false);
});

/** The pid of `slimmer edge run`, a child of `up`. */
function edgeChild(up: SlimmerProcess): number {
  const pids = readFileSync(join(dataDir, "up.children"), "utf8")
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[0]));
  const found = pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").endsWith("\0edge\0run\0");
    } catch {
      return false;
    }
  });
  expect(found, up.output()).toHaveLength(1);
  return found[0] as number;
}

test("without one it says so, and everything else runs", async () => {
  const up = await startUp(env.PATH ?? "");
  expect(up.output()).toContain(
    "  https       none: there is no envoy on the PATH, so no TLS, JSON or grpc-web\n",
  );
  const ping = startSlimmer(["ping", env.SLIMMER_GRPC_LISTEN ?? ""], {});
  expect(await ping.exited).toBe(0);
  up.process.kill("SIGINT");
  expect(await up.exited).toBe(0);
});
