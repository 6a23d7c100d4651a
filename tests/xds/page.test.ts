import { expect, onTestFinished, test } from "vitest";
import { getClient } from "../../src/client/index.ts";
import { door } from "../support/cast.ts";
import { startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { readText } from "../support/source-files.ts";
import { startXdsServer, useStore } from "./xds-server.ts";

/** The address of the page's server, and that of its control plane. */
const SERVER = /127\.0\.0\.1:50051/g;
const SERVER_PORT = /"port_value": 50051/g;
const CONTROL_PLANE = "127.0.0.1:18000";

const store = useStore();

test("client and server find each other by the bootstrap and the resources of docs/xds.md", async () => {
  const controlPlane = await startControlPlane();
  onTestFinished(() => controlPlane.close());
  const [bootstrap = ""] = blocksOf("bootstrap");
  const env = {
    GRPC_XDS_BOOTSTRAP_CONFIG: bootstrap.replace(CONTROL_PLANE, controlPlane.address),
  };
  const server = await startXdsServer(store().url, env);
  const [, port] = server.address.split(":");
  for (const block of blocksOf("resource")) {
    const text = block
      .replaceAll(SERVER, server.address)
      .replaceAll(SERVER_PORT, `"port_value": ${port}`);
    controlPlane.put(JSON.parse(text));
  }
  await eventually(async () => expect((await server.readiness()).status).toBe(200));

  Object.assign(process.env, env);
  const client = await getClient({ address: "xds:///slimmer", systemId: "greenhouse" });
  onTestFinished(() => client.close());
  const run = client.run([door]);
  expect(await run.fire(door)).toMatchObject({ duplicate: false, unregistered: false });
  await run.end();
  expect(controlPlane.nacks).toEqual([]);
  // Of the client four (cluster and endpoints under one name), of the server one.
  expect(new Set(controlPlane.accepted).size).toBe(4);
});

function blocksOf(kind: string): string[] {
  const blocks = readText("docs/xds.md").matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm);
  return [...blocks].filter(([, name]) => name === kind).map(([, , text = ""]) => text);
}
