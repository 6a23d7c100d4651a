import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { MainService } from "slimmer-grpc";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ClientError, type ClientOptions, getClient } from "../../../src/client/index.ts";
import { newClientAuthority } from "../../support/client-certificates.ts";
import { SYSTEM } from "../opened-client.ts";
import { refusal, startMain } from "../scripted-main.ts";

async function failure(
  options: Partial<ClientOptions> & { address: string },
): Promise<ClientError> {
  return getClient({ systemId: SYSTEM, connectTimeoutMs: 2_000, ...options }).then(
    async (client) => {
      await client.close({ timeoutMs: 1 });
      throw new Error("the client was opened");
    },
    (error) => error,
  );
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of TLS whose certificate nobody trusts. */
function startTls() {
  const { cert, key } = newClientAuthority("nobody").issue({ name: "x", uri: "spiffe://x" });
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return startMain({ serverCredentials: ServerCredentials.createSsl(null, [pair]) });
}

test("a wrong echo is no slimmer", async () => {
  const server = new GrpcServer();
  server.addService(MainService, {
    ping: (_call: unknown, callback: (error: null, pong: object) => void) =>
      callback(null, { message: "hello" }),
  } as never);
  const port = await new Promise((resolve) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_error, bound) =>
      resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  const address = `127.0.0.1:${port}`;

  expect(await failure({ address })).toMatchObject({
    code: "NOT_SLIMMER",
    message: `${address} answered, but not with an echo: it is no slimmer`,
  });
});

describe("says what may be wrong", () => {
  test("in clear text to a server of TLS", async () => {
    const { address } = await startTls();
    const { code, message } = await failure({ address });
    expect(code).toBe("SERVER_AWAY");
    expect(message).toMatch(/set tls: true\)$/);
  });

  test("with TLS to a server of clear text", async () => {
    const { address } = await startMain();
    const { code, message } = await failure({ address, tls: true });
    expect(code).toBe("SERVER_AWAY");
    expect(message).toMatch(
      /wrong version number \(it seems to speak clear text: leave tls out\)$/,
    );
    // OpenSSL speaks of its sources, on lines of their own.
    expect(message).not.toMatch(/\n|\.c:/);
  });

  test("to a server whose certificate is not trusted", async () => {
    const { address } = await startTls();
    const { code, message } = await failure({ address, tls: true });
    expect(code).toBe("SERVER_AWAY");
    expect(message).toContain("tls.caFile");
  });

  test("to nobody", async () => {
    const { code, message } = await failure({ address: "127.0.0.1:1" });
    expect(code).toBe("SERVER_AWAY");
    expect(message).toMatch(/\(nothing listens there\)$/);
  });

  test("to one who takes the connection and is silent", async () => {
    const address = await listen(createTcpServer(() => {}));
    const { code, message } = await failure({ address, connectTimeoutMs: 200 });
    expect(code).toBe("SERVER_AWAY");
    expect(message).toMatch(/^127.+ did not answer within 200 ms: .+ \(no connection came about: /);
  });

  test("to a server of web pages", async () => {
    const page: RequestListener = (_request, response) => response.end("hello");
    const { code } = await failure({ address: await listen(createServer(page)) });
    expect(code).toBe("SERVER_AWAY");
  });
});

test.each([
  ["UNAUTHENTICATED", "ACCESS_DENIED"],
  ["PERMISSION_DENIED", "ACCESS_DENIED"],
  ["UNIMPLEMENTED", "NOT_SLIMMER"],
  ["NOT_FOUND", "NOT_SLIMMER"],
  ["UNAVAILABLE", "SERVER_AWAY"],
  ["INTERNAL", "SERVER_AWAY"],
] as const)("%s means %s", async (status, code) => {
  const main = await startMain();
  main.before = () => {
    throw refusal(status);
  };
  expect(await failure({ address: main.address })).toMatchObject({ code, status });
});
