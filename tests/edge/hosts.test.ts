import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, createCaller, refusalOf } from "../support/caller.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { ask, clientOfTest, framed, openClient, openTls } from "../support/edge-calls.ts";
import { edgeOfTest, GRPC_HOST, STRANGE_HOST, useEdge, WEB_HOST } from "../support/envoy.ts";

const server = useEchoServer();
const edge = useEdge(() => ({ upstreams: [server().address] }));
let client: ReturnType<typeof openClient>;
let call: Caller;
beforeAll(() => {
  client = openClient(edge());
  call = createCaller(client);
});
afterAll(() => client.close());

const JSON_PING = {
  method: "POST",
  path: "/v1/ping",
  headers: { "content-type": "application/json" },
  body: '{"message":"hello"}',
};
/** A Ping with the message "hello". */
const HELLO = Buffer.from([0x0a, 5, ...Buffer.from("hello")]);

describe("the gRPC host", () => {
  test("answers gRPC", async () => {
    expect(await call.ping({ message: "hello" })).toEqual({ message: "hello", server_time: null });
  });

  test.each([1, 2] as const)("answers JSON over HTTP/%i", async (http) => {
    const { status, text } = await ask(edge(), JSON_PING, { http });
    expect([status, JSON.parse(text)]).toEqual([200, { message: "hello" }]);
  });

  test.each([1, 2] as const)("answers grpc-web over HTTP/%i", async (http) => {
    const { status, body } = await ask(
      edge(),
      {
        method: "POST",
        path: "/slimmer_grpc.Main/ping",
        headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
        body: framed(HELLO),
      },
      { http },
    );
    expect(status).toBe(200);
    expect(body.subarray(0, 12)).toEqual(framed(HELLO));
    expect(body.subarray(12).toString()).toContain("grpc-status:0");
  });

  test("is meant with a port, too", async () => {
    const client = clientOfTest(edge(), { authority: `${GRPC_HOST}:${edge().port}` });
    expect((await createCaller(client).ping({ message: "hi" })).message).toBe("hi");
  });

  test("answers health checks", async () => {
    const answer = await ask(
      edge(),
      {
        method: "POST",
        path: "/grpc.health.v1.Health/Check",
        headers: { "content-type": "application/grpc", te: "trailers" },
        body: framed(Buffer.alloc(0)),
      },
      { http: 2 },
    );
    const SERVING = Buffer.from([8, 1]);
    expect(answer.body).toEqual(framed(SERVING));
  });

  test.each([
    "/",
    "/v2/ping",
    "/metrics",
    "/grpc.channelz.v1.Channelz/GetServers",
    "/grpc.health.v1.Health/Else",
    "/slimmer/ping",
  ])("knows no path %s", async (path) => {
    const { status, text } = await ask(edge(), { path });
    expect([status, JSON.parse(text).code]).toEqual([404, 5]);
  });

  test("says UNIMPLEMENTED to gRPC callers of what it does not route", async () => {
    const { headers } = await ask(
      edge(),
      {
        method: "POST",
        path: "/grpc.channelz.v1.Channelz/GetServers",
        headers: { "content-type": "application/grpc", te: "trailers" },
      },
      { http: 2 },
    );
    expect(headers).toMatchObject({ ":status": 200, "grpc-status": "12" });
  });
});

/** ListServices of reflection, and what it answers. */
async function listServices(door: { port: number; ca: string }) {
  const LIST_SERVICES = Buffer.from([0x3a, 0]);
  return await ask(
    door,
    {
      method: "POST",
      path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      headers: { "content-type": "application/grpc", te: "trailers" },
      body: framed(LIST_SERVICES),
    },
    { http: 2 },
  );
}

describe("reflection", () => {
  test("passes", async () => {
    const { text, trailers } = await listServices(edge());
    expect(trailers["grpc-status"]).toBe("0");
    expect(text).toContain("slimmer_grpc.Main");
  });

  test("can be switched off", async () => {
    const without = await edgeOfTest({
      upstreams: [server().address],
      env: { SLIMMER_EDGE_REFLECTION: "false" },
    });
    const { headers, text } = await listServices(without);
    expect(headers["grpc-status"]).toBe("12");
    expect(text).not.toContain("slimmer_grpc.Main");
  });
});

describe("other hosts", () => {
  test.each(["/", "/v1/ping", "/slimmer_grpc.Main/ping"])(
    "the web host says that there is no page at %s",
    async (path) => {
      const { status, text } = await ask(edge(), { path }, { servername: WEB_HOST });
      expect([status, JSON.parse(text)]).toEqual([
        404,
        { code: 5, message: "this slimmer serves no web page" },
      ]);
    },
  );

  test.each([
    ["a name that is no host", STRANGE_HOST, STRANGE_HOST],
    ["another name than in the TLS handshake", GRPC_HOST, STRANGE_HOST],
    ["a name that ends like a host", GRPC_HOST, `x.${GRPC_HOST}`],
    ["an address", GRPC_HOST, "127.0.0.1"],
  ])("%s gets 404 and, as gRPC, UNIMPLEMENTED", async (_what, servername, authority) => {
    // The certificate does not cover strange names, which is the client's affair.
    const door = { port: edge().port, ca: edge().ca };
    const options = { servername, rejectUnauthorized: false };
    for (const http of [1, 2] as const) {
      const { status, text } = await ask(door, { ...JSON_PING, authority }, { http, ...options });
      expect([status, JSON.parse(text)]).toEqual([
        404,
        { code: 5, message: "there is no such host here" },
      ]);
    }
    const before = server().calls.length;
    const client = clientOfTest(edge(), { authority });
    const refusal = await refusalOf(createCaller(client).ping({ message: "hi" }));
    expect(refusal.code).toBe("UNIMPLEMENTED");
    expect(refusal.message).toContain("there is no such host here");
    expect(server().calls.length).toBe(before);
  });
});

describe("the connection", () => {
  test("plaintext gets nothing", async () => {
    const socket = connect(edge().port, "127.0.0.1");
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => {});
    socket.write(`POST /v1/ping HTTP/1.1\r\nHost: ${GRPC_HOST}\r\nContent-Length: 0\r\n\r\n`);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(Buffer.concat(received).toString()).toBe("");
  });

  test("plaintext HTTP/2 gets nothing", async () => {
    const session = connectHttp2(`http://127.0.0.1:${edge().port}`);
    session.on("error", () => {});
    let answered = false;
    session.on("remoteSettings", () => {
      answered = true;
    });
    await new Promise((resolve) => session.once("close", resolve));
    expect(answered).toBe(false);
  });

  test("TLS 1.1 is refused, and 1.2 is not", async () => {
    const old = { ciphers: "DEFAULT:@SECLEVEL=0", minVersion: "TLSv1.1" } as const;
    await expect(openTls(edge(), { ...old, maxVersion: "TLSv1.1" })).rejects.toThrow(
      /protocol version/,
    );
    const socket = await openTls(edge(), { ...old, maxVersion: "TLSv1.2" });
    expect(socket.getProtocol()).toBe("TLSv1.2");
  });
});

describe("the admin interface", () => {
  test.each([GRPC_HOST, WEB_HOST])("is not reached through %s", async (servername) => {
    for (const path of [
      "/stats",
      "/config_dump",
      "/ready",
      "/stats/prometheus",
      "/certs",
      "/admin",
    ]) {
      const { status, text } = await ask(edge(), { path }, { servername });
      expect([path, status, text.length < 100]).toEqual([path, 404, true]);
    }
    const { status } = await ask(edge(), { method: "POST", path: "/quitquitquit" }, { servername });
    expect(status).toBe(404);
  });

  test("shows readiness and metrics on a port of their own, and nothing else", async () => {
    const at = `http://127.0.0.1:${edge().statsPort}`;
    expect((await fetch(`${at}/ready`)).status).toBe(200);
    const metrics = await fetch(`${at}/stats/prometheus`);
    expect(await metrics.text()).toContain(
      'envoy_cluster_upstream_rq_total{envoy_cluster_name="serve"}',
    );
    for (const path of [
      "/",
      "/stats",
      "/config_dump",
      "/ready/",
      "/clusters",
      "/stats/prometheus/x",
    ]) {
      expect([path, (await fetch(at + path)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`${at}/quitquitquit`, { method: "POST" })).status).toBe(404);
  });
});
