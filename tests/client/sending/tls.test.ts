import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ServerCredentials } from "@grpc/grpc-js";
import { beforeAll, describe, expect, test } from "vitest";
import type { TlsOptions } from "../../../src/client/index.ts";
import { makeCertificate, TLS_FILES } from "../../../src/edge/certificate.ts";
import { newClientAuthority } from "../../support/client-certificates.ts";
import { DOOR, folderForAll, openTestClient } from "../opened-client.ts";
import { startMain } from "../scripted-main.ts";

const place = folderForAll();
const clients = newClientAuthority("the authority of the devices");
const caFile = () => join(place.dir, TLS_FILES.ca);

beforeAll(() =>
  makeCertificate({
    dir: place.dir,
    names: ["127.0.0.1", "slimmer.test"],
    renew: false,
    nowMs: Date.now(),
  }),
);

function startTlsMain({ asksForCertificate = false } = {}) {
  const pair = {
    cert_chain: readFileSync(join(place.dir, TLS_FILES.certificate)),
    private_key: readFileSync(join(place.dir, TLS_FILES.key)),
  };
  const roots = asksForCertificate ? Buffer.from(clients.pem) : null;
  return startMain({
    serverCredentials: ServerCredentials.createSsl(roots, [pair], asksForCertificate),
  });
}

async function delivers(address: string, tls: TlsOptions): Promise<void> {
  const { client } = await openTestClient({ address, tls });
  await client.run([DOOR]).fire(DOOR);
}

describe("a server with TLS", () => {
  test("is trusted by its authority", async () => {
    const main = await startTlsMain();
    await delivers(main.address, { caFile: caFile() });
    await delivers(main.address, { ca: readFileSync(caFile(), "utf8") });
    expect(main.stored.size).toBe(2);
  });

  test("is known by the name in its certificate, where the address has another", async () => {
    const main = await startTlsMain();
    const address = main.address.replace("127.0.0.1", "localhost");
    await delivers(address, { caFile: caFile(), serverName: "slimmer.test" });

    const wrongName = { caFile: caFile(), serverName: "other.test" };
    await expect(openTestClient({ address, tls: wrongName })).rejects.toMatchObject({
      code: "SERVER_AWAY",
      message: expect.stringContaining("tls.serverName"),
    });
  });

  test("that nobody vouches for is not trusted, and the sentence says what to do", async () => {
    const main = await startTlsMain();
    await expect(openTestClient({ address: main.address, tls: true })).rejects.toMatchObject({
      code: "SERVER_AWAY",
      message: expect.stringContaining("give the authority with tls.caFile"),
    });
  });

  test("that wants a certificate gets it", async () => {
    const main = await startTlsMain({ asksForCertificate: true });
    const { cert, key } = clients.issue({ name: "device", uri: "spiffe://test/device" });

    await delivers(main.address, { caFile: caFile(), cert, key });

    expect(main.stored.size).toBe(1);
    await expect(
      openTestClient({ address: main.address, tls: { caFile: caFile() } }),
    ).rejects.toMatchObject({ code: "SERVER_AWAY" });
  });

  test("that is met in clear text is recognised", async () => {
    const main = await startTlsMain();
    await expect(openTestClient({ address: main.address })).rejects.toMatchObject({
      code: "SERVER_AWAY",
      message: expect.stringContaining("set tls: true"),
    });
  });
});

test("a server in clear text that is met with TLS is recognised", async () => {
  const main = await startMain();
  await expect(openTestClient({ address: main.address, tls: true })).rejects.toMatchObject({
    code: "SERVER_AWAY",
    message: expect.stringContaining("leave tls out"),
  });
});

describe("options of TLS that can't work are named", () => {
  const { cert, key } = clients.issue({ name: "device", uri: "spiffe://test/device" });
  const other = clients.issue({ name: "other", uri: "spiffe://test/other" });
  const broken = cert.replace(/\n[^-]+/, "\nAAAA");

  test.each<[string, TlsOptions, string]>([
    ["a file that is not there", { caFile: "/nowhere/ca.crt" }, "tls.caFile"],
    ["what is no PEM", { ca: "hello" }, "tls.ca"],
    ["a certificate without its key", { cert }, "tls"],
    ["a certificate with the key of another", { cert, key: other.key }, "tls"],
    ["a damaged certificate", { cert: broken, key }, "tls"],
    ["an empty name", { serverName: "" }, "tls.serverName"],
  ])("%s", async (_, tls, field) => {
    await expect(openTestClient({ address: "127.0.0.1:1", tls })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
      fields: [{ field }],
    });
  });
});
