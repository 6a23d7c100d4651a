import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { childEnv } from "../support/server-process.ts";
import { useServers } from "../support/slimmer-servers.ts";
import { ROOT } from "../support/source-files.ts";

/** A program with the built client: fires once, and ends when nothing keeps it. */
const PROGRAM = `
import { getClient } from "slimmer-client";
const sensor = { category: "door", name: "front door", identity: "door-1" };
try {
  const client = await getClient({ address: "xds:///slimmer", systemId: process.argv[1] });
  const run = client.run([sensor]);
  await run.fire(sensor);
  await run.end();
  await client.close();
  console.log("stored");
} catch ({ code, message }) {
  console.log(code + ": " + message);
}
`;

const servers = useServers(1);
let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  const [host = "", port] = servers().addresses[0]?.split(":") ?? [];
  controlPlane.setEndpoints("slimmer", [{ host, port: Number(port) }]);
});
afterAll(() => controlPlane.close());

/** What the program says; it has to end by itself. */
async function fireOnce(systemId: string, env: Record<string, string>): Promise<string> {
  const args = ["--input-type=module", "--eval", PROGRAM, systemId];
  const options = { cwd: ROOT, env: childEnv(env), timeout: 30_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout.trim();
}

async function storedOf(systemId: string): Promise<number> {
  const { rows } = await servers().db.query(
    "select count(*)::int as count from activations join systems using (system_no) where system_id = $1",
    [systemId],
  );
  return rows[0].count;
}

test("a client with its bootstrap in the environment finds the servers, and its process ends", async () => {
  const env = { GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(controlPlane.bootstrap()) };
  expect(await fireOnce("attic", env)).toBe("stored");
  expect(await storedOf("attic")).toBe(1);
  expect(controlPlane.nacks).toEqual([]);
});

test("a client with its bootstrap in a file finds the servers, and the file wins", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xds-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "bootstrap.json");
  await writeFile(file, JSON.stringify(controlPlane.bootstrap()));
  const env = { GRPC_XDS_BOOTSTRAP: file, GRPC_XDS_BOOTSTRAP_CONFIG: "not looked at" };
  expect(await fireOnce("greenhouse", env)).toBe("stored");
  expect(await storedOf("greenhouse")).toBe(1);
});

test("a client without a bootstrap is refused with the names of the variables", async () => {
  expect(await fireOnce("attic", {})).toMatch(
    /^OPTIONS_INVALID: address leads to an xDS control plane, .* GRPC_XDS_BOOTSTRAP .* GRPC_XDS_BOOTSTRAP_CONFIG /,
  );
});

test("a client whose control plane is away says so, and its process ends all the same", async () => {
  const gone = await startControlPlane();
  await gone.close();
  const env = { GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(gone.bootstrap()) };
  expect(await fireOnce("attic", env)).toMatch(/^SERVER_AWAY: /);
});

test("a client without any endpoint says that nobody is there", async () => {
  const stranger = await startControlPlane();
  onTestFinished(() => stranger.close());
  stranger.setEndpoints("slimmer", []);
  const env = { GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(stranger.bootstrap()) };
  expect(await fireOnce("attic", env)).toMatch(/^SERVER_AWAY: /);
  expect(stranger.nacks).toEqual([]);
});
