import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../bench/support/free-port.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { createCaller, type Refusal } from "../support/caller.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { ask, askOver, clientOfTest, openClient, openHttp2 } from "../support/edge-calls.ts";
import { type Edge, edgeOfTest } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";

const server = useEchoServer();

/** Both Envoys of a test have the same certificate. */
const tlsDir = mkdtempSync(join(tmpdir(), "drain-"));
afterAll(() => rmSync(tlsDir, { recursive: true, force: true }));

const startEnvoy = () =>
  edgeOfTest({
    upstreams: [server().address],
    folders: [tlsDir],
    env: { SLIMMER_EDGE_TLS_DIR: tlsDir, SLIMMER_EDGE_DRAIN: "4s" },
  });

/** `slimmer edge drain` beside an Envoy. */
async function guard(adminPort: number, env: Record<string, string> = {}): Promise<SlimmerProcess> {
  const guardian = startSlimmer(["edge", "drain"], {
    SLIMMER_EDGE_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    SLIMMER_EDGE_DRAIN: "20s",
    SLIMMER_DRAIN_DELAY: "0s",
    ...env,
  });
  await guardian.untilItSays('"ready"');
  return guardian;
}

const isReady = async ({ statsPort }: Edge) =>
  (await fetch(`http://127.0.0.1:${statsPort}/ready`)).ok;

test("told to stop, it tells the clients, waits for the running calls, and ends with 0", async () => {
  const edge = await startEnvoy();
  const guardian = await guard(edge.adminPort);
  const answer = deferred<void>();
  server().hold = (message) => (message === "slow" ? answer.promise : undefined);
  const session = await openHttp2(edge);
  const goaway = once(session, "goaway");
  const before = server().calls.length;
  const slow = askOver(session, {
    method: "POST",
    path: "/v1/ping",
    headers: { "content-type": "application/json" },
    body: '{"message":"slow"}',
  });
  await eventually(() => expect(server().calls.length).toBe(before + 1));
  expect(await isReady(edge)).toBe(true);

  guardian.process.kill("SIGTERM");
  await eventually(async () => expect(await isReady(edge)).toBe(false));
  // New connections are still served: not everybody knows yet.
  const { status, headers } = await ask(edge, { method: "POST", path: "/v1/ping", body: "{}" });
  expect(status).toBe(200);
  expect(headers.connection).toBe("close");
  expect(guardian.process.exitCode).toBeNull();

  answer.resolve();
  expect(JSON.parse((await slow).text)).toEqual({ message: "slow" });
  await goaway;
  expect(await guardian.exited).toBe(0);
  expect(guardian.output()).toContain("Envoy is drained");
});

test("it does not wait for ever for a stream that stays", async () => {
  const edge = await startEnvoy();
  const guardian = await guard(edge.adminPort, { SLIMMER_EDGE_DRAIN: "2s" });
  const call = clientOfTest(edge).stream_activations();
  call.on("error", () => {});
  const acks: unknown[] = [];
  call.on("data", (ack) => acks.push(ack));
  call.write({ batch_no: 1 });
  await eventually(() => expect(acks).toHaveLength(1));

  const startedAt = performance.now();
  guardian.process.kill("SIGTERM");
  await guardian.untilItSays("draining Envoy");
  // The stream works until the end.
  call.write({ batch_no: 2 });
  await eventually(() => expect(acks).toHaveLength(2));
  expect(await guardian.exited).toBe(0);
  expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  expect(guardian.output()).toContain("Envoy still has connections");
});

test("where Envoy is away there is nothing to drain", async () => {
  const guardian = await guard(await freePort());
  guardian.process.kill("SIGTERM");
  expect(await guardian.exited).toBe(0);
  expect(guardian.output()).toContain("Envoy does not answer");
});

test("one Envoy of two is replaced under load, and no call fails after the ordinary retry", async () => {
  const [leaving, staying] = [await startEnvoy(), await startEnvoy()];
  // Nothing keeps these clients from coming back while the listener is open, so it never runs dry.
  const guardian = await guard(leaving.adminPort, { SLIMMER_EDGE_DRAIN: "3s" });
  const clients = Array.from({ length: 4 }, () =>
    openClient(leaving, {
      target: `ipv4:${leaving.address},${staying.address}`,
      options: {
        "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      },
    }),
  );
  let isOver = false;
  const calls = { answered: 0, repeated: 0, failed: [] as string[] };
  const work = clients.map(async (client) => {
    const call = createCaller(client);
    while (!isOver) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await call.ping({ message: "steady" }, { deadline: Date.now() + 5_000 });
          calls.answered += 1;
          break;
        } catch (error) {
          const { code, message } = error as Refusal;
          if (code === "UNAVAILABLE" && attempt < 5) calls.repeated += 1;
          else {
            calls.failed.push(`${code}: ${message}`);
            break;
          }
        }
      }
    }
  });
  const goesOn = async () => {
    const from = calls.answered;
    await eventually(() => expect(calls.answered).toBeGreaterThan(from + 200));
  };
  await goesOn();
  guardian.process.kill("SIGTERM");
  expect(await guardian.exited).toBe(0);
  await leaving.stop();
  await goesOn();
  isOver = true;
  await Promise.all(work);
  for (const client of clients) client.close();
  expect(calls.failed).toEqual([]);
  expect(calls.repeated).toBeLessThan(calls.answered / 20);
});
