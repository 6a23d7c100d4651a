import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { Server, ServerCredentials, type sendUnaryData, status } from "@grpc/grpc-js";
import { type Activation, MainService, type Ping, type SystemRun } from "slimmer-grpc";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { slimmer } from "../support/slimmer-command.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 30_000 });

type Handler<Request> = (call: { request: Request }, callback: sendUnaryData<object>) => void;

type Handlers = {
  ping: Handler<Ping>;
  new_system_run: Handler<SystemRun>;
  new_activation: Handler<Activation>;
  end_system_run: Handler<object>;
};

/** Something that answers as slimmer would, and forgets everything; `wrong` replaces some of its answers. */
async function startForgetful(wrong: Partial<Handlers> = {}): Promise<string> {
  const right: Handlers = {
    ping: ({ request }, callback) => callback(null, request),
    new_system_run: ({ request }, callback) => callback(null, { run_id: request.run_id }),
    new_activation: ({ request }, callback) =>
      callback(null, { success: true, activation_id: request.activation_id }),
    end_system_run: (_call, callback) => callback(null, {}),
  };
  const server = new Server();
  server.addService(MainService, { ...right, ...wrong } as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

describe("smoke", () => {
  test.each<[string, Partial<Handlers>, string]>([
    ["does not store", {}, "new_activation again: duplicate is false"],
    [
      "sends no echo",
      { ping: (_call, callback) => callback(null, { message: "hello" }) },
      "ping: the answer is no echo: it is no slimmer",
    ],
    [
      "makes run ids of its own",
      { new_system_run: (_call, callback) => callback(null, { run_id: "mine" }) },
      "new_system_run: the answer is for run mine, not for ",
    ],
    [
      "is of 2018",
      { new_activation: (_call, callback) => callback(null, { success: true }) },
      "new_activation: the answer is for activation (none), not for ",
    ],
    [
      "has no room",
      {
        new_activation: (_call, callback) =>
          callback({ code: status.RESOURCE_EXHAUSTED, details: "the queue is full" }),
      },
      "new_activation: RESOURCE_EXHAUSTED: the queue is full",
    ],
  ])("of a server that %s ends with 1 and names the step", async (_what, wrong, problem) => {
    const address = await startForgetful(wrong);
    const { code, stdout, stderr } = await slimmer(["smoke", address]);
    expect(stderr).toContain(`slimmer: ${address} failed at ${problem}`);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(code).toBe(1);
    expect(stdout).not.toContain(`${problem.split(":")[0]}:`);
  });

  test("of a server that takes the call and never answers ends after the timeout", async () => {
    const address = await startForgetful({ new_system_run: () => {} });
    const { code, stdout, stderr } = await slimmer(["smoke", address, "--timeout=500"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ping: echoed \(\d+\.\d ms\)\n$/);
    expect(stderr).toMatch(/ failed at new_system_run: DEADLINE_EXCEEDED: /);
  });
});

describe.each(["ping", "smoke"])("the way to a server of %s:", (command) => {
  test.each(["soon", "0", "-1", "1.5", ""])("--timeout=%s is wrong", async (timeout) => {
    const { code, stderr } = await slimmer([command, `--timeout=${timeout}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^slimmer: --timeout=".*" is (no duration|out of range); allowed: a number with a unit .*\n$/,
    );
  });

  test.each([
    ["is missing", "/no/such/file", "can't be read: ENOENT"],
    ["is a folder", tmpdir(), "can't be read: EISDIR"],
    ["is no certificate", "package.json", "holds no certificate in PEM"],
  ])("a CA file that %s is wrong", async (_what, file, problem) => {
    const { code, stdout, stderr } = await slimmer([command, `--ca=${file}`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`slimmer: --ca=${file} ${problem}`);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  test.each([
    ["--tls", () => "--tls", undefined],
    ["--ca", () => `--ca=${authorityFile()}`, undefined],
    ["--authority", () => "--authority=grpc.example.org", "grpc.example.org"],
  ])("%s makes it TLS", async (_name, option, serverName) => {
    const { address, firstBytes } = await startListening();
    const ended = slimmer([command, address, option()]);
    const hello = await firstBytes;
    expect([...hello.subarray(0, 2)], "a TLS handshake").toEqual([0x16, 3]);
    if (serverName) expect(hello.toString("latin1")).toContain(serverName);
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/: UNAVAILABLE: .*\n$/);
  });

  test("without any of these it is plain", async () => {
    const { address, firstBytes } = await startListening();
    const ended = slimmer([command, address]);
    expect((await firstBytes).toString("latin1")).toMatch(/^PRI \* HTTP\/2/);
    expect((await ended).code).toBe(1);
  });
});

/** A file with an authority that has nothing to do with us; it is removed after the running test. */
function authorityFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "slimmer-ca-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "ca.crt");
  writeFileSync(file, rootCertificates[0] ?? "");
  return file;
}

/** Hangs up on everybody, and gives what the first one sent. */
async function startListening(): Promise<{ address: string; firstBytes: Promise<Buffer> }> {
  const server = createServer();
  const firstBytes = new Promise<Buffer>((resolve) => {
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.once("data", (bytes) => {
        resolve(bytes);
        socket.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, firstBytes };
}
