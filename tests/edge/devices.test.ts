import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createCaller, refusalOf } from "../support/caller.ts";
import { newClientAuthority } from "../support/client-certificates.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { ask, clientOfTest, framed } from "../support/edge-calls.ts";
import { GRPC_HOST, useEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";

const DEVICE_HOST = "devices.slimmer.local";
const PING = { method: "POST", path: "/v1/ping", body: "{}" };

const makers = newClientAuthority("door makers");
const strangers = newClientAuthority("strangers");
const identity = makers.issue({ name: "door-1", uri: "urn:slimmer:door-1" });
const foreign = strangers.issue({ name: "door-1", uri: "urn:slimmer:door-1" });

const folder = mkdtempSync(join(tmpdir(), "devices-"));
const caFile = join(folder, "ca.crt");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const server = useEchoServer();
const edge = useEdge(() => {
  writeFileSync(caFile, makers.pem);
  return {
    upstreams: [server().address],
    folders: [folder],
    env: { SLIMMER_EDGE_DEVICE_HOSTS: DEVICE_HOST, SLIMMER_EDGE_DEVICE_CA_FILE: caFile },
  };
});

test("a device with a certificate is served, and its verified identity handed on", async () => {
  const call = createCaller(clientOfTest(edge(), { host: DEVICE_HOST, identity }));
  expect((await call.ping({ message: "hello" })).message).toBe("hello");
  const [said] = server().calls.at(-1)?.get("x-forwarded-client-cert") ?? [];
  expect(said).toMatch(/^Hash=[0-9a-f]{64};/);
  expect(said).toContain('Subject="CN=door-1"');
  expect(said).toContain("URI=urn:slimmer:door-1");
});

test("what a device itself says about its certificate is dropped", async () => {
  const { status } = await ask(
    edge(),
    { ...PING, headers: { "x-forwarded-client-cert": 'Subject="CN=admin"' } },
    { servername: DEVICE_HOST, ...identity },
  );
  expect(status).toBe(200);
  const said = server().calls.at(-1)?.get("x-forwarded-client-cert") ?? [];
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("CN=door-1");
  expect(said[0]).not.toContain("admin");
});

test.each([
  ["without a certificate", {}],
  ["with a certificate of a foreign authority", foreign],
])("nobody is served %s", async (_what, shown) => {
  const before = server().calls.length;
  for (const http of [1, 2] as const) {
    await expect(ask(edge(), PING, { http, servername: DEVICE_HOST, ...shown })).rejects.toThrow();
  }
  const client = clientOfTest(edge(), {
    host: DEVICE_HOST,
    ...("key" in shown ? { identity: shown } : {}),
  });
  const refusal = await refusalOf(createCaller(client).ping({ message: "hello" }));
  expect(refusal.code).toBe("UNAVAILABLE");
  expect(server().calls.length).toBe(before);
});

test("the device host is not reached through a connection to another host, with or without a certificate", async () => {
  for (const shown of [{}, identity]) {
    for (const http of [1, 2] as const) {
      const question = { ...PING, authority: DEVICE_HOST };
      const { status } = await ask(edge(), question, { http, ...shown });
      expect(status).toBe(404);
    }
  }
});

test("nor another host through a connection to the device host", async () => {
  const question = { ...PING, authority: GRPC_HOST };
  const { status } = await ask(edge(), question, { servername: DEVICE_HOST, ...identity });
  expect(status).toBe(404);
});

test("a certificate is neither asked for nor handed on at the ordinary host", async () => {
  const question = {
    method: "POST",
    path: "/slimmer_grpc.Main/ping",
    headers: { "content-type": "application/grpc", te: "trailers" },
    body: framed(Buffer.alloc(0)),
  };
  const { trailers } = await ask(edge(), question, { http: 2, ...identity });
  expect(trailers["grpc-status"]).toBe("0");
  expect(server().calls.at(-1)?.get("x-forwarded-client-cert")).toEqual([]);
});

test("another authority is taken without a restart", async () => {
  const options = { servername: DEVICE_HOST, ...foreign };
  writeFileSync(`${caFile}.new`, makers.pem + strangers.pem);
  renameSync(`${caFile}.new`, caFile);
  await eventually(async () => {
    const { status } = await ask(edge(), PING, options).catch(() => ({ status: 0 }));
    expect(status).toBe(200);
  });
  expect((await ask(edge(), PING, { servername: DEVICE_HOST, ...identity })).status).toBe(200);
});
