import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { registerXds } from "../../src/client/sending/xds-target.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { type ServeProcess, useServers } from "../support/slimmer-servers.ts";
import { startBatchLoad } from "./batch-load.ts";

const PERIOD_MS = 2_500;

const servers = useServers(3);
let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  vi.stubEnv("GRPC_XDS_BOOTSTRAP_CONFIG", JSON.stringify(controlPlane.bootstrap()));
  await registerXds(process.env);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await controlPlane.close();
});

test("a bare client of xds:/// loses nothing while servers come and go, and calls each as often", async () => {
  const { db, start, processes } = servers();
  const [first, second, third] = processes as [ServeProcess, ServeProcess, ServeProcess];
  announce(first, second);
  const load = await startBatchLoad("xds:///slimmer");
  await expectFairShares(first, second);

  announce(first, second, third);
  await expectFairShares(first, second, third);

  announce(second, third);
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  await expectFairShares(second, third);

  // The control plane is the last to know.
  await second.kill();
  const sofar = load.acknowledged.length;
  await eventually(() => expect(load.acknowledged.length).toBeGreaterThan(sofar + 100));
  const again = await start(second.addresses.grpc);
  await expectFairShares(again, third);

  // A control plane that is away changes nothing.
  await controlPlane.close();
  await expectFairShares(again, third);

  await load.stop();
  expect(load.failed).toEqual([]);
  const { rows } = await db.query<{ id: string }>(
    "select activation_id::text as id from activations order by 1",
  );
  expect(rows.map(({ id }) => id)).toEqual([...load.acknowledged].sort());
  expect(controlPlane.nacks).toEqual([]);
  console.info(
    `${load.acknowledged.length} acknowledged, ${load.repeated.length} batches sent again, ${load.failed.length} failed`,
  );
});

function announce(...there: ServeProcess[]): void {
  const endpoints = there.map(({ addresses }) => {
    const [host = "", port] = addresses.grpc.split(":");
    return { host, port: Number(port) };
  });
  controlPlane.setEndpoints("slimmer", endpoints);
}

/** Once each of them is called, and then for a whole period: what it gets is within a fifth of its share. */
async function expectFairShares(...there: ServeProcess[]): Promise<void> {
  const counts = () => Promise.all(there.map(batchesOf));
  const earlier = await counts();
  await eventually(async () => {
    for (const [index, count] of (await counts()).entries()) {
      expect(count).toBeGreaterThan((earlier[index] ?? 0) + 5);
    }
  });
  const before = await counts();
  await pause(PERIOD_MS);
  const calls = (await counts()).map((count, index) => count - (before[index] ?? 0));
  const share = calls.reduce((sum, count) => sum + count) / calls.length;
  console.info(`batches per server: ${calls.join(", ")}`);
  for (const count of calls) {
    expect(count).toBeGreaterThan(0.8 * share);
    expect(count).toBeLessThan(1.2 * share);
  }
}

/** How many calls of `new_activations` a server has answered with OK. */
async function batchesOf({ addresses }: ServeProcess): Promise<number> {
  const text = await (await fetch(`http://${addresses.ops}/metrics`)).text();
  const line = text
    .split("\n")
    .find(
      (candidate) =>
        candidate.startsWith("grpc_server_handled_total{") &&
        candidate.includes('grpc_method="new_activations"') &&
        candidate.includes('grpc_code="OK"'),
    );
  return Number(line?.split(" ").at(-1) ?? 0);
}
