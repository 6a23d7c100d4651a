import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCertificate } from "../../src/edge/certificate.ts";
import { certificateNames } from "../../src/processes/edge.ts";
import { createCaller } from "../support/caller.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { askOver, clientOfTest, openHttp2, openTls } from "../support/edge-calls.ts";
import { GRPC_HOST, useEdge, WEB_HOST } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";

const server = useEchoServer();
const edge = useEdge(() => ({ upstreams: [server().address] }));

async function servedSerial(servername = GRPC_HOST): Promise<string> {
  const socket = await openTls(edge(), { servername });
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

const serialInFile = () =>
  new X509Certificate(readFileSync(join(edge().tlsDir, "tls.crt"))).serialNumber;

test("a renewed certificate is served without a restart, and old connections live on", async () => {
  const before = await servedSerial();
  expect(before).toBe(serialInFile());
  const session = await openHttp2(edge());
  const started = await edge().statistic("server.uptime");

  const { caPem, isNew } = await makeCertificate({
    dir: edge().tlsDir,
    names: certificateNames(edge().settings),
    renew: true,
    nowMs: Date.now(),
  });
  expect([caPem, isNew]).toEqual([edge().ca, true]);
  const after = serialInFile();
  expect(after).not.toBe(before);
  // Who trusts the authority need not be told: the handshake is checked with its certificate of before.
  await eventually(async () => expect(await servedSerial()).toBe(after));
  expect(await servedSerial(WEB_HOST)).toBe(after);

  const { status } = await askOver(session, { method: "POST", path: "/v1/ping", body: "{}" });
  expect(status).toBe(200);
  expect((await createCaller(clientOfTest(edge())).ping({ message: "new" })).message).toBe("new");
  expect(await edge().statistic("server.uptime")).toBeGreaterThanOrEqual(started);
});
