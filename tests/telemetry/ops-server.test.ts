import { afterEach, expect, test } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { type OpsServer, startOpsServer } from "../../src/telemetry/ops-server.ts";
import type { Readiness } from "../../src/telemetry/readiness.ts";

const servers: OpsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(readiness: Readiness = () => []) {
  const metrics = createMetrics({ defaults: false });
  const listen = { host: "127.0.0.1", port: 0 };
  const server = await startOpsServer(listen, { metrics, readiness });
  servers.push(server);
  return {
    metrics,
    server,
    async get(path: string) {
      const response = await fetch(`http://${server.address}${path}`);
      const type = response.headers.get("content-type");
      return { status: response.status, type, text: await response.text() };
    },
  };
}

test("/livez is fine whatever /readyz says", async () => {
  const { get } = await start(() => ["the database can't be reached", "today has no partition"]);
  expect(await get("/livez")).toMatchObject({ status: 200, text: "ok\n" });
  expect(await get("/readyz")).toMatchObject({
    status: 503,
    text: "not ready:\n- the database can't be reached\n- today has no partition\n",
  });
});

test("/readyz is asked anew each time", async () => {
  const problems = ["starting"];
  const { get } = await start(async () => problems);
  expect((await get("/readyz")).status).toBe(503);
  problems.pop();
  expect(await get("/readyz?verbose")).toMatchObject({ status: 200, text: "ok\n" });
});

test("/metrics speaks to Prometheus", async () => {
  const { get, metrics } = await start();
  metrics.activations.inc({ outcome: "stored" }, 3);
  const answer = await get("/metrics");
  expect(answer).toMatchObject({ status: 200, type: expect.stringContaining("text/plain") });
  expect(answer.text).toContain('slimmer_ingest_activations_total{outcome="stored"} 3\n');
});

test("anything else is not found, and a question that can't be answered is an error without details", async () => {
  const { get } = await start(() => Promise.reject(new Error("the secret of the database")));
  expect((await get("/")).status).toBe(404);
  expect(await get("/readyz")).toMatchObject({ status: 500, text: "internal error\n" });
});

test("a port that is taken is an error of the start", async () => {
  const { server } = await start();
  const [host, port] = server.address.split(":") as [string, string];
  const second = startOpsServer(
    { host, port: Number(port) },
    { metrics: createMetrics({ defaults: false }), readiness: () => [] },
  );
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("close() ends connections that are kept alive", async () => {
  const { server, get } = await start();
  await get("/livez");
  await server.close();
  await expect(get("/livez")).rejects.toThrow();
});
