import { once } from "node:events";
import { type ServiceError, status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { within } from "../../src/kit/within.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { clientOfTest, framed, openHttp2 } from "../support/edge-calls.ts";
import { GRPC_HOST, useEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";

const UNARY_TIMEOUT_MS = 1_000;
const STREAM_IDLE_MS = 1_500;

const server = useEchoServer();
const edge = useEdge(() => ({
  upstreams: [server().address],
  env: { SLIMMER_EDGE_UNARY_TIMEOUT: "1s", SLIMMER_EDGE_STREAM_IDLE: "10s" },
  // The setting takes no less than 10 s.
  patch: (bootstrap) => replaceAll(bootstrap, "idle_timeout", "10s", `${STREAM_IDLE_MS / 1_000}s`),
}));

type Node = { [key: string]: unknown };

function replaceAll(node: Node, name: string, from: string, to: string): void {
  for (const [key, value] of Object.entries(node)) {
    if (key === name && value === from) node[key] = to;
    else if (typeof value === "object" && value !== null) replaceAll(value as Node, name, from, to);
  }
}

/** A stream of activations; `sent` counts what went out, and `acks` what came back. */
function openStream() {
  const call = clientOfTest(edge()).stream_activations();
  const ended = deferred<ServiceError | undefined>();
  const acks: number[] = [];
  call.on("data", ({ batch_no }: { batch_no: string }) => acks.push(Number(batch_no)));
  call.on("error", (error: ServiceError) => ended.resolve(error));
  call.on("end", () => ended.resolve(undefined));
  let sent = 0;
  return {
    acks,
    ended: ended.promise,
    send() {
      sent += 1;
      call.write({ batch_no: sent });
    },
    close: () => call.end(),
    get sent() {
      return sent;
    },
  };
}

test("a stream lives on beyond the time of a unary call, and beyond its own idle time while it moves", async () => {
  const stream = openStream();
  const until = performance.now() + 2 * Math.max(UNARY_TIMEOUT_MS, STREAM_IDLE_MS);
  await eventually(() => {
    if (stream.acks.length === stream.sent) stream.send();
    expect(performance.now()).toBeGreaterThan(until);
  });
  await eventually(() => expect(stream.acks).toHaveLength(stream.sent));
  stream.close();
  expect(await stream.ended).toBeUndefined();
});

test("a stream on which nothing moves is ended after its idle time", async () => {
  const stream = openStream();
  stream.send();
  await eventually(() => expect(stream.acks).toEqual([1]));
  const startedAt = performance.now();
  const error = await within(10_000, "the end of an idle stream", stream.ended);
  expect(performance.now() - startedAt).toBeGreaterThan(STREAM_IDLE_MS * 0.8);
  expect([status.UNAVAILABLE, status.CANCELLED, status.INTERNAL]).toContain(error?.code);
  expect(await edge().statistic("http.edge.downstream_rq_idle_timeout")).toBe(1);
});

test("a watch of the health is a stream, too", async () => {
  const session = await openHttp2(edge());
  const watch = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Watch",
    ":authority": GRPC_HOST,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let isOpen = true;
  watch.on("error", () => {});
  watch.on("close", () => {
    isOpen = false;
  });
  watch.end(framed(Buffer.alloc(0)));
  const [first] = await once(watch, "data");
  expect(first).toEqual(framed(Buffer.from([8, 1]))); // SERVING
  const until = performance.now() + 1.2 * UNARY_TIMEOUT_MS;
  await eventually(() => {
    expect(isOpen).toBe(true);
    expect(performance.now()).toBeGreaterThan(until);
  });
});
