import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { type ServeProcess, useServers } from "../support/slimmer-servers.ts";
import { startClientLoad } from "./client-load.ts";

const PERIOD_MS = 3_000;

const servers = useServers(3, { SLIMMER_DRAIN: "5s" });
let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  // grpc-js reads it once in a process; each test file has a process of its own.
  process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify(controlPlane.bootstrap());
});
afterAll(() => controlPlane.close());

test("load is spread over the servers there are, and survives that they come and go", async () => {
  const { db, start } = servers();
  const [first, second, third] = servers().processes as [ServeProcess, ServeProcess, ServeProcess];
  announce(first, second, third);
  const load = await startClientLoad({ address: "xds:///slimmer" });
  await spread("three servers", first, second, third);

  const fourth = await start("127.0.0.1:0");
  announce(first, second, third, fourth);
  await spread("a fourth one", first, second, third, fourth);

  // As it should be: nobody is sent there any more when it is told to stop.
  announce(second, third, fourth);
  await spread("without the first", second, third, fourth);
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  // As it happens: the control plane learns of both ends after the clients did.
  await second.stop();
  await third.kill();
  const until = load.delivered + 100;
  await eventually(() => expect(load.delivered).toBeGreaterThan(until));
  announce(fourth);
  await spread("one server", fourth);

  const again = await start(first.addresses.grpc);
  announce(fourth, again);
  await spread("one is back", fourth, again);

  const { fired, failures, stats } = await load.stop();
  expect(failures).toEqual([]);
  for (const { refused, dropped, waiting, sending } of stats) {
    expect({ refused, dropped, waiting, sending }).toEqual({
      refused: 0,
      dropped: 0,
      waiting: 0,
      sending: "batch",
    });
  }
  const { rows } = await db.query<{ id: string }>(
    "select activation_id::text as id from activations order by activation_id",
  );
  expect(rows.map(({ id }) => id)).toEqual([...fired].sort());
  expect(controlPlane.nacks).toEqual([]);
  const retries = stats.reduce((sum, { retries: count }) => sum + count, 0);
  console.info(`${fired.length} fired, ${retries} calls repeated, 0 failed`);
});

function announce(...processes: ServeProcess[]): void {
  const endpoints = processes.map(({ addresses }) => {
    const [host, port] = addresses.grpc.split(":") as [string, string];
    return { host, port: Number(port) };
  });
  controlPlane.setEndpoints("slimmer", endpoints);
}

/** Once all of them are called: each has its share of the calls of a whole period, give or take a fifth. */
async function spread(title: string, ...processes: ServeProcess[]): Promise<void> {
  const atFirst = await Promise.all(processes.map(handled));
  await eventually(async () => {
    for (const [index, server] of processes.entries()) {
      expect(await handled(server)).toBeGreaterThan((atFirst[index] ?? 0) + 10);
    }
  });
  const before = await Promise.all(processes.map(handled));
  await pause(PERIOD_MS);
  const after = await Promise.all(processes.map(handled));
  const calls = after.map((count, index) => count - (before[index] ?? 0));
  const fair = calls.reduce((sum, count) => sum + count, 0) / processes.length;
  const shares = calls.map((count) => Math.round((count / fair) * 100));
  console.info(`${title}: ${calls.join(", ")} calls (${shares.join(", ")} % of a fair share)`);
  for (const share of shares) {
    expect(share, title).toBeGreaterThanOrEqual(80);
    expect(share, title).toBeLessThanOrEqual(120);
  }
}

/** The calls that a server has answered with OK. */
async function handled({ addresses }: ServeProcess): Promise<number> {
  const text = await (await fetch(`http://${addresses.ops}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith("grpc_server_handled_total{") && line.includes('"OK"'))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
