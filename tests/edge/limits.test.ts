import { once } from "node:events";
import { type ClientHttp2Session, constants } from "node:http2";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { type Caller, createCaller, refusalOf } from "../support/caller.ts";
import { useEchoServer } from "../support/echo-server.ts";
import {
  answerOf,
  ask,
  askOver,
  clientOfTest,
  framed,
  openClient,
  openHttp2,
  openTls,
} from "../support/edge-calls.ts";
import { edgeOfTest, filterChains, GRPC_HOST, useEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { startNeighbours } from "../support/neighbours.ts";

const UNARY_TIMEOUT_MS = 1_000;
const KEPT_WAITING = "keep me waiting";

const server = useEchoServer();
const edge = useEdge(() => ({
  upstreams: [server().address],
  env: { SLIMMER_EDGE_UNARY_TIMEOUT: "1s" },
  // 10 s each, which is long for a test.
  patch(bootstrap) {
    const [listener] = bootstrap.static_resources.listeners;
    listener.listener_filters_timeout = "0.5s";
    for (const chain of filterChains(bootstrap)) {
      chain.transport_socket_connect_timeout = "0.5s";
      chain.filters[0].typed_config.request_headers_timeout = "0.5s";
    }
  },
}));
let client: ReturnType<typeof openClient>;
let call: Caller;
beforeAll(() => {
  client = openClient(edge());
  call = createCaller(client);
});
afterAll(() => client.close());

const GRPC_HEADERS = { "content-type": "application/grpc", te: "trailers" };
const PING = { method: "POST", path: "/slimmer_grpc.Main/ping", headers: GRPC_HEADERS };
const REQUEST = {
  ":method": "POST",
  ":path": PING.path,
  ":authority": GRPC_HOST,
  ...GRPC_HEADERS,
};
const HELLO = Buffer.from([0x0a, 5, ...Buffer.from("hello")]);

/** Holds back the answers to calls with that message until the test is over. */
function keepWaiting(): void {
  const end = deferred<void>();
  server().hold = (message) => (message === KEPT_WAITING ? end.promise : undefined);
  onTestFinished(() => end.resolve());
}

describe("too much", () => {
  test("a message of 16 MiB is refused, and others do not notice", async () => {
    const neighbours = startNeighbours(edge());
    for (let count = 0; count < 3; count += 1) {
      const refusal = await refusalOf(call.ping({ message: "x".repeat(16 * 1024 * 1024) }));
      expect(refusal.code).toBe("RESOURCE_EXHAUSTED");
    }
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("JSON of 64 MiB is refused with 413 before it fills the memory", async () => {
    const before = await edge().statistic("server.memory_allocated");
    const { status, text } = await ask(edge(), {
      method: "POST",
      path: "/v1/ping",
      headers: { "content-type": "application/json" },
      body: `{"message":"${"x".repeat(64 * 1024 * 1024)}"}`,
    }).catch(endedWhileSending);
    expect([status, JSON.parse(text).code]).toEqual([413, 8]);
    const after = await edge().statistic("server.memory_allocated");
    expect(after - before).toBeLessThan(32 * 1024 * 1024);
  });

  /** 5,000 bytes more than allowed, in headers that are each of a usual size. */
  const FILLERS = Object.fromEntries(
    Array.from({ length: 22 }, (_, index) => {
      return [`x-filler-${index}`, "y".repeat((16 * 1024 + 5_000) / 22)];
    }),
  );

  test("5,000 bytes of headers more than allowed get 431 over HTTP/1.1", async () => {
    const neighbours = startNeighbours(edge());
    const { status } = await ask(edge(), { path: "/v1/ping", headers: FILLERS });
    expect(status).toBe(431);
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("over HTTP/2 they end the stream alone, not its connection", async () => {
    const neighbours = startNeighbours(edge());
    const session = await openHttp2(edge());
    const before = server().calls.length;
    const headers = { ...GRPC_HEADERS, ...FILLERS, "x-mark": "overlong" };
    await expect(askOver(session, { ...PING, headers, body: framed(HELLO) })).rejects.toThrow(
      /NGHTTP2_INTERNAL_ERROR/,
    );
    const { trailers } = await askOver(session, { ...PING, body: framed(HELLO) });
    expect(trailers["grpc-status"]).toBe("0");
    const arrived = server().calls.slice(before);
    expect(arrived.filter((call) => call.get("x-mark").length > 0)).toEqual([]);
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("headers with an underscore are refused", async () => {
    const { status } = await ask(edge(), { path: "/v1/ping", headers: { x_device: "1" } });
    expect(status).toBe(400);
    const session = await openHttp2(edge());
    const before = server().calls.length;
    const question = { ...PING, headers: { ...GRPC_HEADERS, x_device: "1" }, body: framed(HELLO) };
    await askOver(session, question).catch(() => undefined); // reset, or refused
    expect(server().calls.length).toBe(before);
  });

  test("what a client says about its certificate does not arrive", async () => {
    const session = await openHttp2(edge());
    const headers = {
      ...GRPC_HEADERS,
      "x-forwarded-client-cert": "Subject=admin",
      "x-mark": "here",
    };
    await askOver(session, { ...PING, headers, body: framed(HELLO) });
    const arrived = server().calls.at(-1)?.getMap();
    expect(arrived?.["x-mark"]).toBe("here");
    expect(arrived).not.toHaveProperty("x-forwarded-client-cert");
  });
});

describe("too slow", () => {
  /** Resolves with what arrived until the other side closed the connection. */
  async function untilClosed(socket: Socket): Promise<string> {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    await new Promise<void>((resolve) => {
      if (socket.destroyed) resolve();
      else socket.once("close", () => resolve());
    });
    return Buffer.concat(chunks).toString("latin1");
  }

  /** Writes a piece again and again. */
  function trickle(write: () => void): void {
    const timer = setInterval(write, 50);
    onTestFinished(() => clearInterval(timer));
  }

  /** The first thing that a TLS client says. */
  async function clientHello(): Promise<Buffer> {
    const hello = deferred<Buffer>();
    const listener = createServer((socket) => socket.once("data", (data) => hello.resolve(data)));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as { port: number };
    const socket = connectTls({ port, host: "127.0.0.1", servername: GRPC_HOST });
    socket.on("error", () => {});
    try {
      return await hello.promise;
    } finally {
      socket.destroy();
      listener.close();
    }
  }

  async function openTcp(): Promise<Socket> {
    const socket = connectTcp(edge().port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    socket.on("error", () => {});
    return socket;
  }

  test("a connection that says nothing is closed", async () => {
    expect(await untilClosed(await openTcp())).toBe("");
  });

  test("a TLS greeting that trickles in is ended, and one that is never answered", async () => {
    const neighbours = startNeighbours(edge());
    const hello = await clientHello();
    const slow = await openTcp();
    let sent = 0;
    trickle(() => slow.writable && slow.write(hello.subarray(sent, ++sent)));
    const silent = await openTcp();
    silent.write(hello);
    await Promise.all([untilClosed(slow), untilClosed(silent)]);
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("headers that trickle in over HTTP/1.1 get 408", async () => {
    const neighbours = startNeighbours(edge());
    const socket = await openTls(edge());
    socket.write(`POST /v1/ping HTTP/1.1\r\nHost: ${GRPC_HOST}\r\n`);
    trickle(() => socket.writable && socket.write("X-More: yes\r\n"));
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("headers that never end over HTTP/2 end their stream", async () => {
    const socket = await openTls(edge(), { ALPNProtocols: ["h2"] });
    const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    // A header block of one field, with more announced.
    const HEADERS = Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]);
    socket.write(
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), SETTINGS, HEADERS]),
    );
    const before = await edge().statistic("http.edge.downstream_rq_header_timeout");
    await eventually(async () => {
      const now = await edge().statistic("http.edge.downstream_rq_header_timeout");
      expect(now).toBeGreaterThan(before);
    });
  });

  test("the body of a unary call that trickles in is ended by the timeout of the call", async () => {
    const neighbours = startNeighbours(edge());
    const session = await openHttp2(edge());
    const startedAt = performance.now();
    const grpc = session.request(REQUEST);
    const json = session.request({
      ":method": "POST",
      ":path": "/v1/ping",
      ":authority": GRPC_HOST,
      "content-type": "application/json",
    });
    const message = framed(Buffer.alloc(1_000));
    let sent = 0;
    trickle(() => {
      if (grpc.writable) grpc.write(message.subarray(sent, ++sent));
      if (json.writable) json.write(" ");
    });
    const answers = await Promise.all([answerOf(grpc), answerOf(json)]);
    expect(answers[0].headers["grpc-status"]).toBe(String(status.DEADLINE_EXCEEDED));
    expect([answers[1].status, JSON.parse(answers[1].text).code]).toEqual([408, 4]);
    expect(performance.now() - startedAt).toBeLessThan(UNARY_TIMEOUT_MS * 4);
    expect((await neighbours.stop()).failed).toEqual([]);
  });

  test("a unary call ends with DEADLINE_EXCEEDED when its time is over", async () => {
    keepWaiting();
    const startedAt = performance.now();
    const refusal = await refusalOf(call.ping({ message: KEPT_WAITING }));
    expect(refusal.code).toBe("DEADLINE_EXCEEDED");
    expect(performance.now() - startedAt).toBeLessThan(UNARY_TIMEOUT_MS * 4);
  });

  test("as JSON it ends with 504", async () => {
    keepWaiting();
    const { status, text } = await ask(edge(), {
      method: "POST",
      path: "/v1/ping",
      body: JSON.stringify({ message: KEPT_WAITING }),
    });
    expect([status, JSON.parse(text).code]).toEqual([504, 4]);
  });

  test("a shorter deadline of the client wins, and a longer one does not", async () => {
    keepWaiting();
    const session = await openHttp2(edge());
    const elapsed = async (timeout: string) => {
      const startedAt = performance.now();
      const text = Buffer.from(KEPT_WAITING);
      const { headers } = await askOver(session, {
        ...PING,
        headers: { ...GRPC_HEADERS, "grpc-timeout": timeout },
        body: framed(Buffer.from([0x0a, text.length, ...text])),
      });
      expect(headers["grpc-status"]).toBe(String(status.DEADLINE_EXCEEDED));
      return performance.now() - startedAt;
    };
    expect(await elapsed("200m")).toBeLessThan(UNARY_TIMEOUT_MS);
    expect(await elapsed("60S")).toBeGreaterThan(UNARY_TIMEOUT_MS * 0.9);
  });
});

describe("too often", () => {
  test("1,500 streams cancelled at once cost the connection they came over, and nobody else's", async () => {
    const neighbours = startNeighbours(edge());
    const session = await openHttp2(edge());
    for (let round = 0; round < 15 && !session.destroyed; round += 1) {
      const streams = Array.from({ length: 100 }, () => session.request(REQUEST));
      for (const stream of streams) stream.on("error", () => {}).write(framed(HELLO));
      await pinged(session); // all of them are there
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      await pinged(session);
    }
    await eventually(() => expect(session.destroyed).toBe(true));
    expect(
      await edge().statistic("http.edge.downstream_rq_too_many_premature_resets"),
    ).toBeGreaterThan(0);
    expect((await neighbours.stop()).failed).toEqual([]);
    expect((await call.ping({ message: "back" })).message).toBe("back");
  });

  test("1,500 callers who wait and then hang up harm nobody who retries", async () => {
    const waiting = deferred<void>();
    server().hold = (message) => (message === KEPT_WAITING ? waiting.promise : undefined);
    const patient = await edgeOfTest({ upstreams: [server().address] });
    // On Node 20 and 22 the server itself closes a connection after a thousand resets in a burst, which its calls may feel.
    const neighbours = startNeighbours(patient, { retry: true });
    const clients = Array.from({ length: 15 }, () => clientOfTest(patient));
    const before = server().calls.length;
    const calls = clients.flatMap((client) =>
      Array.from({ length: 100 }, () => client.ping({ message: KEPT_WAITING }, () => {})),
    );
    await eventually(() => expect(server().calls.length - before).toBeGreaterThanOrEqual(1_500));
    for (const waitingCall of calls) waitingCall.cancel();
    await eventually(async () =>
      expect(await patient.statistic("cluster.serve.upstream_rq_active")).toBeLessThan(100),
    );
    const { answered, failed } = await neighbours.stop();
    waiting.resolve();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(0);
  });

  test("requests beyond those of a second are refused, and told when to come back", async () => {
    const narrow = await edgeOfTest({
      upstreams: [server().address],
      env: { SLIMMER_EDGE_REQUESTS_PER_SECOND: "5" },
    });
    const session = await openHttp2(narrow);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => askOver(session, { ...PING, body: framed(HELLO) })),
    );
    const refused = answers.filter(({ headers }) => headers["grpc-status"] === "8");
    expect(refused.length).toBeGreaterThanOrEqual(15);
    expect(refused[0]?.headers).toMatchObject({
      ":status": 200,
      "grpc-retry-pushback-ms": "1000",
      "retry-after": "1",
    });
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(5);

    const json = await Promise.all(
      Array.from({ length: 30 }, () =>
        askOver(session, { method: "POST", path: "/v1/ping", body: "{}" }),
      ),
    );
    const refusedJson = json.find(({ status }) => status === 429);
    expect(refusedJson?.headers["retry-after"]).toBe("1");
    expect(JSON.parse(refusedJson?.text ?? "").code).toBe(8);
  });

  test("a connection has a limit of its own", async () => {
    const narrow = await edgeOfTest({
      upstreams: [server().address],
      env: { SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: "5" },
    });
    const [greedy, modest] = [await openHttp2(narrow), await openHttp2(narrow)];
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => askOver(greedy, { ...PING, body: framed(HELLO) })),
    );
    expect(answers.filter(({ headers }) => headers["grpc-status"] === "8").length).toBeGreaterThan(
      0,
    );
    const { headers, trailers } = await askOver(modest, { ...PING, body: framed(HELLO) });
    expect(trailers["grpc-status"] ?? headers["grpc-status"]).toBe("0");
  });

  test("connections beyond the most are not served, and the others go on", async () => {
    const small = await edgeOfTest({
      upstreams: [server().address],
      env: { SLIMMER_EDGE_MAX_CONNECTIONS: "10" },
    });
    const first = await openHttp2(small);
    const opened = await Promise.allSettled(Array.from({ length: 15 }, () => openTls(small)));
    expect(opened.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    const { trailers } = await askOver(first, { ...PING, body: framed(HELLO) });
    expect(trailers["grpc-status"]).toBe("0");
    // The port of the metrics is not counted.
    expect((await fetch(`http://127.0.0.1:${small.statsPort}/ready`)).status).toBe(200);
  });
});

/** Resolves once the other side has seen all that was sent before, or the connection is gone. */
function pinged(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => {
    session.once("close", () => resolve());
    if (session.destroyed || !session.ping(() => resolve())) resolve();
  });
}

/** Node reports the closed connection first, where it has not read the answer yet. */
function endedWhileSending(error: NodeJS.ErrnoException): { status: number; text: string } {
  if (error.code !== "EPIPE" && error.code !== "ECONNRESET") throw error;
  return { status: 413, text: '{"code":8}' };
}
