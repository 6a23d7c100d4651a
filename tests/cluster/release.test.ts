import { X509Certificate } from "node:crypto";
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { within } from "../../src/kit/within.ts";
import { run } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { type Client2018, makeClient2018, REFUSED_IN_2018 } from "../support/python-2018.ts";
import { GRPC_HOST, useRelease, WEB_HOST } from "../support/release.ts";

const release = useRelease();
const SLOW = { timeout: 300_000 };

let client2018: Client2018;
beforeAll(async () => {
  client2018 = await makeClient2018();
});
afterAll(() => client2018?.remove());

test("helm test sends an activation through Envoy and finds it stored", SLOW, async () => {
  const said = await release().space.helm("test", "slimmer", "--logs");
  expect(said).toContain("Phase:          Succeeded");
  expect(said).toContain("it is a duplicate, so the first one is stored");
  expect(said).toContain("https://slimmer.local/v1/fleet: 200");
});

test("a Python client of 2018 with the root certificate registers and sends", SLOW, async () => {
  const { address, caFile, space } = release();
  const before = Number(await space.query("select count(*) from activations"));
  const { sent, refused } = await client2018.run(address, caFile, GRPC_HOST);
  expect(refused).toEqual(REFUSED_IN_2018);
  expect(Number(await space.query("select count(*) from activations")) - before).toBe(sent);
});

test("each host has its own, and another Host on the same name gets 404", async () => {
  expect(await statusOf("/v1/ping", GRPC_HOST, "--data", '{"message": "hello"}')).toBe("200");
  expect(await statusOf("/v1/ping", "other.example")).toBe("404");
  expect(await statusOf("/v1/fleet", WEB_HOST)).toBe("200");
  expect(await statusOf("/v1/ping", WEB_HOST, "--data", "{}")).not.toBe("200");
});

test("plaintext gets nothing", async () => {
  // But for the seven bytes in which TLS says that this is no TLS.
  expect(
    (await answerTo("GET / HTTP/1.1\r\nhost: grpc.slimmer.local\r\n\r\n")).length,
  ).toBeLessThan(8);
  expect((await answerTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).length).toBeLessThan(8);
});

test("every container runs as somebody, on a read-only root, in a restricted namespace", async () => {
  const { space } = release();
  const { metadata } = await space.get("namespace", space.name);
  expect(metadata).toMatchObject({
    labels: { "pod-security.kubernetes.io/enforce": "restricted" },
  });
  const pods = await space.list("pods");
  const seen = pods.flatMap((pod) =>
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => ({
      name: `${pod.metadata.name}/${container.name}`,
      user: container.securityContext.runAsUser ?? pod.spec.securityContext.runAsUser,
      isReadOnly: container.securityContext.readOnlyRootFilesystem,
    })),
  );
  expect(seen.length).toBeGreaterThan(8);
  expect(seen.filter(({ user, isReadOnly }) => !user || !isReadOnly)).toEqual([]);
});

test("a renewed certificate is served without a restart", SLOW, async () => {
  const { space } = release();
  const pods = async () =>
    (await space.pods("envoy"))
      .map(
        ({ metadata, status }) => `${metadata.uid} ${status.initContainerStatuses[1].restartCount}`,
      )
      .sort();
  const [podsBefore, serialBefore] = [await pods(), await servedSerial()];
  const renewed = await renewCertificate();
  expect(renewed).not.toBe(serialBefore);
  // The kubelet looks for changed Secrets about once a minute.
  await eventually(
    async () => {
      const served = await Promise.all(Array.from({ length: 6 }, servedSerial));
      expect(new Set(served)).toEqual(new Set([renewed]));
    },
    { timeoutMs: 180_000 },
  );
  console.info(`certificate renewed: ${serialBefore} before, ${renewed} after`);
  expect(await pods()).toEqual(podsBefore);
});

test("an upgrade without changes keeps every secret and every pod", SLOW, async () => {
  const { space, upgrade } = release();
  const state = async () => ({
    secrets: (await space.list("secrets"))
      .filter(({ metadata }) => !metadata.name.startsWith("sh.helm"))
      .map(({ metadata, data }) => [metadata.name, data]),
    pods: (await space.list("pods"))
      .filter(({ metadata }) => !metadata.name.startsWith("slimmer-smoke"))
      .map(({ metadata }) => metadata.uid)
      .sort(),
  });
  const before = await state();
  await upgrade();
  expect(await state()).toEqual(before);
});

test(
  "who uninstalls and installs again finds the data, the password and the authority",
  SLOW,
  async () => {
    const { space, install, address, caFile } = release();
    await client2018.run(address, caFile, GRPC_HOST);
    const count = () => space.query("select count(*) from activations");
    const before = await count();
    const authority = (await space.get("secret", "slimmer-edge-tls")).data?.["ca.crt"];

    await space.helm("uninstall", "slimmer", "--wait");
    const left = await space.list("deployments,statefulsets,services,jobs,configmaps");
    expect(
      left.map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt"),
    ).toEqual([]);

    await install();
    expect(await count()).toBe(before);
    expect((await space.get("secret", "slimmer-edge-tls")).data?.["ca.crt"]).toBe(authority);
    const { spec } = await space.get("service", "slimmer-envoy");
    const port = address.replace(/:\d+$/, `:${spec.ports[0].nodePort}`);
    await client2018.run(port, caFile, GRPC_HOST);
  },
);

/** The HTTP status that curl sees for a host, with the TLS name of the gRPC host. */
async function statusOf(path: string, host: string, ...more: string[]): Promise<string> {
  const { address, caFile } = release();
  const [ip, port] = address.split(":");
  const { stdout } = await run("curl", [
    ...["--silent", "--cacert", caFile, "--resolve", `${GRPC_HOST}:${port}:${ip}`],
    ...["--output", "/dev/null", "--write-out", "%{http_code}", "--header", `host: ${host}`],
    ...[...more, `https://${GRPC_HOST}:${port}${path}`],
  ]);
  return stdout;
}

/** Everything that a plain connection gets for `text`, until it is closed. */
async function answerTo(text: string): Promise<string> {
  const [host, port] = release().address.split(":") as [string, string];
  const answer = deferred<string>();
  let got = "";
  const socket = connectSocket(Number(port), host, () => socket.write(text, "latin1"));
  socket.on("data", (chunk) => {
    got += chunk.toString("latin1");
  });
  socket.on("error", () => {}); // a reset is an end, too
  socket.on("close", () => answer.resolve(got));
  return await within(30_000, "the end of a plain connection", answer.promise);
}

async function servedSerial(): Promise<string> {
  const { address, ca } = release();
  const [host, port] = address.split(":") as [string, string];
  const serial = deferred<string>();
  const socket = connectTls({ host, port: Number(port), servername: GRPC_HOST, ca }, () => {
    serial.resolve(socket.getPeerCertificate().serialNumber);
    socket.end();
  });
  socket.on("error", serial.reject);
  return await within(10_000, "a handshake", serial.promise);
}

/** Has the chart make a new certificate of the same authority, as its notes say; resolves with its serial number. */
async function renewCertificate(): Promise<string> {
  const { space, upgrade } = release();
  await space.kubectl("delete", "secret", "slimmer-edge-tls");
  await upgrade();
  const { data } = await space.get("secret", "slimmer-edge-tls");
  return new X509Certificate(Buffer.from(data?.["tls.crt"] ?? "", "base64")).serialNumber;
}
