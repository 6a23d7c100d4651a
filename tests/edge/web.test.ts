import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { door } from "../support/cast.ts";
import { ask } from "../support/edge-calls.ts";
import { type Edge, startEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { useServers } from "../support/slimmer-servers.ts";

// The web host: the dashboard's process behind Envoy, beside the gRPC host.
const WEB_HOST = "slimmer.local";
const servers = useServers(1);
let web: ServerProcess<{ http: string; ops: string }>;
let edge: Edge;

beforeAll(async () => {
  const { connectionString = "" } = servers().db.options;
  web = await startServerProcess({
    command: "web",
    env: { SLIMMER_DATABASE_URL: connectionString },
  });
  edge = await startEdge({
    upstreams: servers().addresses,
    env: { SLIMMER_EDGE_WEB: web.addresses.http },
  });
});
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
