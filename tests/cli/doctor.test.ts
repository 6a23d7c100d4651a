import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { ServerCredentials } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { checkClock } from "../../src/cli/doctor/clock-check.ts";
import { makeCertificate, TLS_FILES } from "../../src/edge/certificate.ts";
import { useEchoServer } from "../support/echo-server.ts";
import { slimmer } from "../support/slimmer-command.ts";
import { deadAddress, newFile, newFolder } from "./places.ts";
import { startRecordingServer } from "./recording-server.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 60_000 });

const echo = useEchoServer();

type Check = { check: string; state: string; seen: string; advice?: string };

/** The checks of a doctor, by name, and its exit code. */
async function diagnose(words: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await slimmer(["doctor", "-o", "json", ...words], env);
  expect(stderr).toBe("");
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  expect(code, "0 when nothing failed").toBe(ok ? 0 : 1);
  return { ok, checks, of: (name: string) => checks.filter(({ check }) => check === name) };
}

/** A server with a certificate for `names`, made at `nowMs`. */
async function startTlsServer(names: readonly string[], nowMs = Date.now()) {
  const dir = newFolder();
  await makeCertificate({ dir, names, renew: false, nowMs });
  const read = (file: string) => readFileSync(join(dir, file));
  const { address } = await startRecordingServer({
    credentials: ServerCredentials.createSsl(null, [
      { private_key: read(TLS_FILES.key), cert_chain: read(TLS_FILES.certificate) },
    ]),
  });
  return { port: address.split(":")[1] as string, ca: join(dir, TLS_FILES.ca) };
}

describe("a doctor", () => {
  test("finds all well at a server that is", async () => {
    const { ok, checks } = await diagnose([echo().address]);
    expect(ok).toBe(true);
    expect(checks.map(({ check, state }) => `${check} ${state}`)).toEqual([
      "name ok",
      "connection ok",
      "TLS ok",
      "answer ok",
      "token ok",
      "latency ok",
      "clock ok",
      "health ok",
      expect.stringMatching(/^version /),
    ]);
  });

  test("says it in lines for people, without colours in a pipe", async () => {
    const { code, stdout } = await slimmer(["doctor", echo().address]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}name {16}127\.0\.0\.1 is an address$/m);
    expect(stdout).not.toContain("\u001b");
  });

  test("knows an address where nobody listens", async () => {
    const { of, checks } = await diagnose([await deadAddress()]);
    expect(of("connection")).toMatchObject([
      { state: "fail", seen: expect.stringContaining("ECONNREFUSED") },
    ]);
    expect(checks.at(-1)).toMatchObject({ check: "the rest", state: "skip" });
  });

  test("knows a name that leads nowhere", async () => {
    const { of } = await diagnose(["no-such-host.invalid:50051", "--timeout=20s"]);
    expect(of("name")).toMatchObject([{ state: "fail", advice: expect.stringContaining("DNS") }]);
  });

  test("knows TLS that met plaintext", async () => {
    const { of } = await diagnose([echo().address, "--tls"]);
    expect(of("TLS")).toMatchObject([{ state: "fail", advice: "leave out --tls and --ca" }]);
  });

  test("knows plaintext that met TLS", async () => {
    const { port } = await startTlsServer(["localhost"]);
    const { of } = await diagnose([`127.0.0.1:${port}`]);
    expect(of("TLS")).toMatchObject([
      { state: "fail", seen: "plaintext met TLS: the server encrypts" },
    ]);
  });

  test("knows a port for the web, and one that says nothing", async () => {
    const web = createHttpServer((_request, response) => void response.end());
    const silent = createServer();
    const ports: number[] = [];
    for (const server of [web, silent]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      ports.push((server.address() as { port: number }).port);
    }
    const atWeb = await diagnose([`127.0.0.1:${ports[0]}`]);
    expect(atWeb.of("TLS")).toMatchObject([
      { state: "fail", seen: "the server speaks HTTP/1, so no gRPC" },
    ]);
    const atSilent = await diagnose([`127.0.0.1:${ports[1]}`, "--timeout=300"]);
    expect(atSilent.of("TLS")).toMatchObject([
      { state: "fail", seen: "the server takes connections and says nothing" },
    ]);
  });
});

describe("a certificate", () => {
  test("that is good is told with its protocol and its days", async () => {
    const { port, ca } = await startTlsServer(["localhost"]);
    const { ok, of } = await diagnose([`localhost:${port}`, "--ca", ca]);
    expect(ok).toBe(true);
    expect(of("TLS")).toMatchObject([{ state: "ok", seen: expect.stringMatching(/^TLSv1\.3, /) }]);
    expect(of("certificate chain")).toMatchObject([{ state: "ok" }]);
    expect(of("certificate name")).toMatchObject([{ seen: "it is for localhost" }]);
    expect(of("certificate expiry")[0]?.seen).toMatch(/^it is valid for 39\d more days/);
  });

  test("of an authority that nobody trusts fails, with what to do", async () => {
    const { port } = await startTlsServer(["localhost"]);
    const { of } = await diagnose([`localhost:${port}`, "--tls"]);
    expect(of("certificate chain")).toMatchObject([
      { state: "fail", advice: "give --ca with the file of that authority" },
    ]);
  });

  test("for another name fails, and names its own", async () => {
    const { port, ca } = await startTlsServer(["grpc.slimmer.local"]);
    const { of } = await diagnose([`127.0.0.1:${port}`, "--ca", ca]);
    expect(of("certificate name")).toMatchObject([
      {
        state: "fail",
        seen: "it is not for 127.0.0.1, but for grpc.slimmer.local",
        advice: expect.stringContaining("--authority"),
      },
    ]);
    const words = [`127.0.0.1:${port}`, "--ca", ca, "--authority=grpc.slimmer.local"];
    expect((await diagnose(words)).ok).toBe(true);
  });

  test.each([
    ["that has ended fails", 400, "fail", /^it ended \d days ago/],
    ["that ends soon is warned of", 385, "warn", /^it is valid for 1[12] more days/],
  ])("%s", async (_what, daysAgo, state, seen) => {
    const { port, ca } = await startTlsServer(["localhost"], Date.now() - daysAgo * 86_400_000);
    const { of } = await diagnose([`localhost:${port}`, "--ca", ca]);
    expect(of("certificate expiry")).toMatchObject([{ state, seen: expect.stringMatching(seen) }]);
  });
});

describe("a token", () => {
  test("that the server wants is accepted, or missed, or refused", async () => {
    const { address } = await startRecordingServer({
      refuses: (token) => token !== "Bearer right",
    });
    const seen = async (env: Record<string, string>) =>
      (await diagnose([address], env)).of("token").map(({ state, seen }) => `${state} ${seen}`);
    expect(await seen({ SLIMMER_TOKEN: "right" })).toEqual(["ok accepted"]);
    expect(await seen({})).toEqual(["fail needed: UNAUTHENTICATED: no such token"]);
    expect(await seen({ SLIMMER_TOKEN: "wrong" })).toEqual([
      "fail refused: UNAUTHENTICATED: no such token",
    ]);
  });

  test("that nobody asked for is said to be that", async () => {
    const { of } = await diagnose([echo().address], { SLIMMER_TOKEN: "hush" });
    expect(of("token")).toMatchObject([{ seen: "given, but the server asks for none" }]);
  });
});

describe("a clock", () => {
  const heard = (skewMs: number) => ({ serverMs: 1e12, localMs: 1e12 + skewMs, errorMs: 5 });

  test.each([
    [0, "ok", "agree (0ms ±5ms)"],
    [-1_500, "ok", "agree (1s ±5ms)"],
    [-90_000, "warn", "this machine's clock is 1m 30s behind the server's (±5ms)"],
    [10_000, "warn", "this machine's clock is 10s ahead of the server's (±5ms)"],
    [400_000, "fail", "this machine's clock is 6m 40s ahead of the server's (±5ms)"],
  ])("that is %i ms ahead is %s", (skewMs, state, seen) => {
    expect(checkClock(heard(skewMs))).toMatchObject({ state, seen: expect.stringContaining(seen) });
  });

  test("is compared by a sign of life, where a system is named", async () => {
    const server = await startRecordingServer({ aheadMs: 3_600_000 });
    const { of } = await diagnose([server.address, "--system=greenhouse"]);
    expect(of("clock")).toMatchObject([
      { state: "warn", seen: expect.stringMatching(/behind the server's/) },
    ]);
    expect(server.pings.at(-1)?.system_id).toBe("greenhouse");
  });
});

describe("a spool", () => {
  test("that can be made, or can't, is told before anything else", async () => {
    const folder = newFolder();
    const good = await diagnose([echo().address, "--spool", join(folder, "new", "one")]);
    expect(good.checks[0]).toMatchObject({
      check: "spool",
      state: "ok",
      seen: expect.stringMatching(/not there yet, will be made, \d+\.\d [GTM]iB free$/),
    });
    const file = newFile("spool", "");
    const bad = await diagnose([echo().address, "--spool", file]);
    expect(bad.checks[0]).toMatchObject({ state: "fail", seen: `${file} is no folder` });
    expect(bad.of("answer"), "the rest is looked at all the same").toHaveLength(1);
  });
});
