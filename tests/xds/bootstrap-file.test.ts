import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, MainClient } from "slimmer-grpc";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { registerXds } from "../../src/client/sending/xds-target.ts";
import { createCaller } from "../support/caller.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { startXdsServer, useStore } from "./xds-server.ts";

const store = useStore();
let controlPlane: ControlPlane;
let folder: string;
/** grpc-js reads it once in a process: all tests of this file have the same. */
let file: string;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  folder = await mkdtemp(join(tmpdir(), "xds-"));
  file = join(folder, "bootstrap.json");
  await writeFile(file, JSON.stringify(controlPlane.bootstrap()));
  vi.stubEnv("GRPC_XDS_BOOTSTRAP", file);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await controlPlane.close();
  await rm(folder, { recursive: true });
});

test("a server and a client that find their bootstrap in a file find each other", async () => {
  const server = await startXdsServer(store().url, { GRPC_XDS_BOOTSTRAP: file });
  controlPlane.addServerListener(server.address);
  await eventually(async () => expect((await server.readiness()).status).toBe(200));
  const [host = "", port] = server.address.split(":");
  controlPlane.setEndpoints("slimmer", [{ host, port: Number(port) }]);

  await registerXds(process.env);
  const client = new MainClient("xds:///slimmer", credentials.createInsecure());
  onTestFinished(() => client.close());
  expect((await createCaller(client).ping({ message: "found" })).message).toBe("found");
  expect(controlPlane.nacks).toEqual([]);
});
