import { expect, test } from "vitest";
import { createCaller, refusalOf } from "../support/caller.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { ask, clientOfTest } from "../support/edge-calls.ts";
import { type Edge, edgeOfTest, GRPC_HOST, STRANGE_HOST } from "../support/envoy.ts";

const server = useEchoServer();

async function edgeThatLogs(what: string): Promise<Edge> {
  return edgeOfTest({
    upstreams: [server().address],
    env: { SLIMMER_EDGE_ACCESS_LOG: what },
  });
}

/**
 * A good call, one that the server does not know, one that Envoy does not route, and one by JSON. Then Envoy ends: it writes
 * its log every 10 s, and when it ends.
 */
async function makeRequests(edge: Edge): Promise<void> {
  const client = clientOfTest(edge);
  const call = createCaller(client);
  await call.ping({ message: "hello" });
  expect((await refusalOf(call.end({}))).code).toBe("UNIMPLEMENTED");
  await ask(edge, { path: "/nowhere", authority: STRANGE_HOST });
  await ask(edge, { method: "POST", path: "/v1/ping", body: "{}" });
  client.close();
  await edge.stop();
}

test("every request is a line of JSON with its gRPC status", async () => {
  const edge = await edgeThatLogs("all");
  await makeRequests(edge);
  expect(edge.requests()).toHaveLength(4);
  const [ping, end, nowhere, json] = edge.requests();
  expect(ping).toMatchObject({
    method: "POST",
    host: GRPC_HOST,
    path: "/slimmer_grpc.Main/ping",
    protocol: "HTTP/2",
    status: 200,
    grpc_status: "OK",
    upstream: server().address,
    client: "127.0.0.1",
    attempts: 1,
  });
  expect(ping?.user_agent).toMatch(/^grpc-node-js\//);
  expect(ping?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(end).toMatchObject({
    path: "/slimmer_grpc.Main/end_system_run",
    grpc_status: "Unimplemented",
  });
  expect(nowhere).toMatchObject({
    host: STRANGE_HOST,
    path: "/nowhere",
    status: 404,
    protocol: "HTTP/1.1",
  });
  expect(nowhere).not.toHaveProperty("upstream");
  expect(json).toMatchObject({ path: "/v1/ping", status: 200 });
});

test("it may be the failed ones only", async () => {
  const edge = await edgeThatLogs("errors");
  await makeRequests(edge);
  expect(edge.requests()).toHaveLength(2);
  expect(edge.requests().map(({ path }) => path)).toEqual([
    "/slimmer_grpc.Main/end_system_run",
    "/nowhere",
  ]);
});

test("it may be none", async () => {
  const edge = await edgeThatLogs("none");
  await makeRequests(edge);
  expect(edge.output()).not.toContain("/slimmer_grpc.Main/ping");
  expect(edge.requests()).toEqual([]);
});
