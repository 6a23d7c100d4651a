import type { Metadata, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { MainService, type Ping } from "slimmer-grpc";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createRpcServer } from "../../src/rpc/server.ts";

export type EchoServer = {
  readonly address: string;
  /** The metadata of the calls, in the order of their arrival. */
  readonly calls: Metadata[];
  /** How long `ping` takes to answer a message; it may also return a promise that a test settles. */
  hold: (message: string) => Promise<void> | undefined;
  stop(): Promise<void>;
};

/** slimmer's gRPC server without slimmer behind it: it says what it was asked, and what has arrived. */
export async function startEchoServer(): Promise<EchoServer> {
  const server = createRpcServer({ maxStreams: 1_000, reflection: true });
  const calls: Metadata[] = [];
  const echo: EchoServer = { address: "", calls, hold: () => undefined, stop };
  server.add({
    definition: MainService,
    handlers: {
      async ping(call: ServerUnaryCall<Ping, object>, callback: sendUnaryData<object>) {
        calls.push(call.metadata);
        await echo.hold(call.request.message ?? "");
        callback(null, { message: call.request.message });
      },
      stream_activations(call: import("@grpc/grpc-js").ServerDuplexStream<object, object>) {
        calls.push(call.metadata);
        call.on("data", ({ batch_no }: { batch_no: number }) => call.write({ batch_no }));
        call.on("end", () => call.end());
        call.on("error", () => {});
      },
    },
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  server.setReady(true);
  function stop(): Promise<void> {
    return server.close({ delayMs: 0, drainMs: 100 });
  }
  return Object.assign(echo, { address: `127.0.0.1:${port}` });
}

/** One for the tests of a file. */
export function useEchoServer(): () => EchoServer {
  let server: EchoServer | undefined;
  beforeAll(async () => {
    server = await startEchoServer();
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error("the server of useEchoServer() exists only while tests run");
    return server;
  };
}

export async function echoServerOfTest(): Promise<EchoServer> {
  const server = await startEchoServer();
  onTestFinished(() => server.stop());
  return server;
}
