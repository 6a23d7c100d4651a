import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { getClient } from "../../src/client/index.ts";
import { door } from "../support/cast.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { useServers } from "../support/slimmer-servers.ts";

/** gRPC tries again after 1 s, 1.6 s, 2.6 s … */
const BACK_MS = 30_000;

const servers = useServers(1);
let controlPlane: ControlPlane;
let port: number;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  port = Number(controlPlane.address.split(":")[1]);
  // grpc-js reads it once in a process; each test file has a process of its own.
  process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify(controlPlane.bootstrap());
  await controlPlane.close();
});
afterAll(() => controlPlane.close());

async function startAgain(...addresses: string[]): Promise<void> {
  controlPlane = await startControlPlane({ port });
  controlPlane.setEndpoints(
    "slimmer",
    addresses.map((address) => {
      const [host = "", number] = address.split(":");
      return { host, port: Number(number) };
    }),
  );
}

test(
  "a client outlives its control plane: it waits for the first, and goes on without it after that",
  async () => {
    const [first = ""] = servers().addresses;
    const client = await getClient({
      address: "xds:///slimmer",
      systemId: "greenhouse",
      offlineStart: true,
      connectTimeoutMs: 500,
    });
    onTestFinished(() => client.close());
    const run = client.run([door]);
    const early = run.fire(door);
    expect(client.stats()).toMatchObject({ isConnected: false, waiting: 1 });

    await startAgain(first);
    await early;
    await eventually(() => expect(controlPlane.accepted).toContain("slimmer/cluster"));

    await controlPlane.close();
    for (let count = 0; count < 20; count += 1) await run.fire(door);

    // The server moves while nobody can tell the client.
    await servers().running(first).stop();
    const second = await servers().start("127.0.0.1:0");
    const homeless = run.fire(door);
    await startAgain(second.addresses.grpc);
    await homeless;
    await run.end();
    expect(client.stats()).toMatchObject({ delivered: 22, refused: 0, dropped: 0, waiting: 0 });
    const { rows } = await servers().db.query("select count(*)::int as count from activations");
    expect(rows[0].count).toBe(22);
    expect(controlPlane.nacks).toEqual([]);
  },
  3 * BACK_MS,
);
