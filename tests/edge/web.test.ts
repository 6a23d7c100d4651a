import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { door } from "../support/cast.ts";
import { ask } from "../support/edge-calls.ts";
import { type Edge, edgeOfTest, startEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { useServers } from "../support/slimmer-servers.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

// The web host: the dashboard's process behind Envoy, beside the gRPC host.
const WEB_HOST = "slimmer.local";
const servers = useServers(1);
type WebProcess = ServerProcess<{ http: string; ops: string }>;
let web: WebProcess;
let edge: Edge;

beforeAll(async () => {
  web = await startWeb();
  edge = await startEdge({
    upstreams: servers().addresses,
    env: { SLIMMER_EDGE_WEB: web.addresses.http },
  });
});
async function startWeb(env: Record<string, string> = {}): Promise<WebProcess> {
  const { connectionString = "" } = servers().db.options;
  const SLIMMER_DATABASE_URL = connectionString;
  return await startServerProcess({ command: "web", env: { SLIMMER_DATABASE_URL, ...env } });
}

afterAll(async () => {
  await edge?.stop();
  await web?.stop();
});

const onWeb = (path: string, headers: Record<string, string> = {}, http: 1 | 2 = 2) =>
  ask(edge, { path, headers }, { servername: WEB_HOST, http });
const onGrpc = (path: string) => ask(edge, { path });

async function post(path: string, content: unknown): Promise<void> {
  const { status } = await ask(edge, {
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(content),
  });
  expect(status).toBe(200);
}

async function fire(count: number, system = "greenhouse"): Promise<string[]> {
  const run_id = v7();
  await post(`/v1/systems/${system}/runs`, { run_id, entities: [door], labels: { site: "south" } });
  const ids = Array.from({ length: count }, () => v7());
  const activations = ids.map((activation_id) => ({ activation_id, entity: door }));
  await post(`/v1/systems/${system}/activations:batch`, { run_id, activations });
  return ids;
}

test("the page comes with its protection", async () => {
  for (const http of [1, 2] as const) {
    const { status, headers, text } = await onWeb("/systems/x", { accept: "text/html" }, http);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(text).toContain("<title>slimmer");
  }
});

test("what Envoy translates from gRPC and what the web process writes are the same JSON", async () => {
  await fire(3, "attic");
  await eventually(async () => {
    const { text } = await onGrpc("/v1/systems/attic");
    expect(JSON.parse(text).fired_count).toBe("3");
  });
  const { text } = await onGrpc("/v1/systems/attic/runs");
  const [{ run_id }] = JSON.parse(text).runs;
  for (const path of [
    "/v1/systems/attic",
    "/v1/systems/attic/runs",
    `/v1/systems/attic/runs/${run_id}`,
    `/v1/systems/attic/runs/${run_id}/coverage`,
    "/v1/systems/attic/sensors",
    "/v1/systems/attic/sensor?category=door&name=front%20door&identity=door-1",
    "/v1/counts?system_id=attic&step=DAY",
    "/v1/search?query=att",
    "/v1/systems/nowhere",
    `/v1/systems/attic/runs/${v7()}`,
    "/v1/systems?page_size=5000&label==x",
    "/v1/search?query=",
  ]) {
    const [translated, written] = [await onGrpc(path), await onWeb(path)];
    expect([path, written.status]).toEqual([path, translated.status]);
    expect(JSON.parse(written.text), path).toEqual(JSON.parse(translated.text));
  }
});

test("live events pass through as they are said", async () => {
  const request = httpsGet({
    ...{ host: "127.0.0.1", port: edge.port, ca: edge.ca, servername: WEB_HOST, agent: false },
    ...{ path: "/v1/live", headers: { host: WEB_HOST } },
  });
  onTestFinished(() => void request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  await eventually(() => expect(text).toContain("event: heartbeat"));
  for (const _ of [1, 2, 3]) {
    const [id = ""] = await fire(1);
    await eventually(() => expect(text).toContain(id));
  }
});

test("Envoy leaves a web process that is told to stop before that closes", async () => {
  const going = await startWeb({ SLIMMER_DRAIN_DELAY: "10s" });
  const staying = await startWeb();
  onTestFinished(async () => void (await Promise.all([going.kill(), staying.stop()])));
  const both = await edgeOfTest({
    upstreams: servers().addresses,
    env: { SLIMMER_EDGE_WEB: going.addresses.http },
    patch: (bootstrap) => addWeb(bootstrap, staying.addresses.http),
  });
  const healthy = () => both.statistic("cluster.web.membership_healthy");
  const fleet = () => ask(both, { path: "/v1/fleet" }, { servername: WEB_HOST });
  const requestsOf = async ({ addresses }: WebProcess) => {
    const metrics = await (await fetch(`http://${addresses.ops}/metrics`)).text();
    return Number(/^slimmer_web_requests_total\{route="\/v1\/fleet".* (\d+)$/m.exec(metrics)?.[1]);
  };
  await eventually(async () => expect(await healthy()).toBe(2));
  await eventually(async () => {
    expect((await fleet()).status).toBe(200);
    expect(await requestsOf(going)).toBeGreaterThan(0);
  });

  const stopped = going.stop();
  await eventually(async () => expect(await healthy()).toBe(1));
  const before = await requestsOf(going);
  for (let request = 0; request < 20; request += 1) expect((await fleet()).status).toBe(200);
  // It is still there to be asked, and nobody was sent there.
  expect(await requestsOf(going)).toBe(before);
  expect(await stopped).toEqual({ code: 0, signal: null });
  expect((await fleet()).status).toBe(200);
});

test("web processes that are not ready get nothing while one is, and everything while none is", async () => {
  const { connectionString = "" } = servers().db.options;
  const proxy = await startTcpProxy(connectionString);
  const cutOff = { SLIMMER_DATABASE_URL: proxy.urlVia(connectionString) };
  const [ready, ...unready] = await Promise.all([startWeb(), startWeb(cutOff), startWeb(cutOff)]);
  onTestFinished(async () => {
    await Promise.all([ready, ...unready].map((process) => process.stop()));
    await proxy.close().catch(() => {});
  });
  const fleet = await edgeOfTest({
    upstreams: servers().addresses,
    env: { SLIMMER_EDGE_WEB: ready.addresses.http },
    patch: (bootstrap) => {
      for (const { addresses } of unready) addWeb(bootstrap, addresses.http);
    },
  });
  const healthy = () => fleet.statistic("cluster.web.membership_healthy");
  const askFor = async (path: string, accept = "*/*") =>
    (await ask(fleet, { path, headers: { accept } }, { servername: WEB_HOST })).status;
  await eventually(async () => expect(await healthy()).toBe(3));

  // A third of them: fewer than the half below which Envoy, left to itself, would ask all.
  await proxy.close();
  await eventually(async () => expect(await healthy()).toBe(1));
  for (let request = 0; request < 20; request += 1) expect(await askFor("/v1/fleet")).toBe(200);

  await ready.kill();
  await eventually(async () => expect(await healthy()).toBe(0));
  for (let request = 0; request < 5; request += 1) {
    expect(await askFor("/systems", "text/html")).toBe(200);
  }
  expect(await askFor("/v1/fleet")).toBe(503);
});

/** Lists one more address of the web host, where elsewhere the name has several. */
// biome-ignore lint/suspicious/noExplicitAny: Envoy's configuration
function addWeb(bootstrap: any, upstream: string): void {
  const cluster = bootstrap.static_resources.clusters.find(
    ({ name }: { name: string }) => name === "web",
  );
  const [address, port] = upstream.split(":");
  const socket_address = { address, port_value: Number(port) };
  cluster.load_assignment.endpoints[0].lb_endpoints.push({
    endpoint: { address: { socket_address } },
  });
}
