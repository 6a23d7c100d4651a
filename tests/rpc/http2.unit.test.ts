import { once } from "node:events";
import { type ClientHttp2Session, connect, type Http2Server, type Settings } from "node:http2";
import type { AddressInfo } from "node:net";
import { Client, credentials, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { RESETS, tuneHttp2, WINDOWS } from "../../src/rpc/http2-options.ts";
import { createRpcServer } from "../../src/rpc/server.ts";
import { StreamTable } from "../../src/rpc/stream-table.ts";
import { eventually } from "../support/eventually.ts";

/** What an upgrade of grpc-js or Node could take away in silence. */
let close: () => Promise<void> = async () => {};
let port = 0;
afterEach(() => close());

type Connected = { session: ClientHttp2Session; settings: Settings };

/** A server of its own for the test, and a connection to it. */
async function connectTo(): Promise<Connected> {
  const server = createRpcServer({ maxStreams: 123, reflection: false });
  port = await server.listen({ host: "127.0.0.1", port: 0 });
  close = () => server.close({ delayMs: 0, drainMs: 1_000 });
  return connectAgain();
}

async function connectAgain(): Promise<Connected> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  const closeServer = close;
  close = async () => {
    session.destroy();
    await closeServer();
  };
  const settings = await new Promise<Settings>((resolve) =>
    session.once("remoteSettings", resolve),
  );
  return { session, settings };
}

test("the server advertises its stream window and its limit of streams", async () => {
  const { settings } = await connectTo();
  expect(settings.initialWindowSize).toBe(WINDOWS.streamBytes);
  expect(settings.maxConcurrentStreams).toBe(123);
});

test("a call that never ends is broken off when the time for it is over", async () => {
  const server = createRpcServer({ maxStreams: 1, reflection: false });
  port = await server.listen({ host: "127.0.0.1", port: 0 });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  close = async () => client.close();
  const bytes = (message: Buffer) => message;
  // The empty message asks for the server as a whole.
  const watching = client.makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    bytes,
    bytes,
    Buffer.alloc(0),
  );
  const ended = new Promise<Error>((resolve) => watching.once("error", resolve));
  await new Promise((resolve) => watching.once("data", resolve));
  watching.resume();
  await server.close({ delayMs: 0, drainMs: 50 });
  expect(await ended).toMatchObject({ code: status.UNAVAILABLE });
});

test("the server opens the connection window", async () => {
  const { session } = await connectTo();
  await eventually(() => {
    expect(session.state.remoteWindowSize).toBeGreaterThanOrEqual(WINDOWS.connectionBytes);
  });
});

test("the reset bucket is handed to node:http2, and channelz is off", () => {
  const server = new Server({ "grpc.enable_channelz": 0 });
  tuneHttp2(server);
  const inside = server as unknown as {
    commonServerOptions: Record<string, unknown>;
    channelzEnabled: boolean;
  };
  expect(inside.commonServerOptions).toMatchObject({
    streamResetBurst: RESETS.burst,
    streamResetRate: RESETS.perSecond,
  });
  expect(inside.channelzEnabled).toBe(false);
});

test("each connection has its streams in a table that forgets those that have gone", async () => {
  const server = new Server({ "grpc.enable_channelz": 0 });
  tuneHttp2(server);
  const { createHttp2Server } = server as unknown as {
    createHttp2Server(credentials: ServerCredentials): Http2Server;
  };
  const http2Server = createHttp2Server.call(server, ServerCredentials.createInsecure());
  http2Server.listen(0, "127.0.0.1");
  const connected = once(http2Server, "session") as Promise<[Record<symbol, unknown>]>;
  await once(http2Server, "listening");
  const client = connect(`http://127.0.0.1:${(http2Server.address() as AddressInfo).port}`);
  close = async () => {
    client.destroy();
    http2Server.close();
  };
  const [session] = await connected;
  const symbols = Object.getOwnPropertySymbols(session);
  const state = symbols.find(({ description }) => description === "state") as symbol;
  expect(session[state]).toMatchObject({ streams: expect.any(StreamTable) });
});

test("a grpc-js that keeps its options elsewhere is noticed at the start", () => {
  expect(() => tuneHttp2({} as Server)).toThrow(/src\/rpc\/http2-options.ts/);
});

const [major] = process.versions.node.split(".").map(Number) as [number];
/** Older ones close a connection whose caller resets a thousand streams in a burst; the image has Node 24. */
const HAS_RESET_OPTIONS = major >= 24;

test("a burst of 1,500 resets costs at most the connection it came over, and none where Node has the options", async () => {
  const { session } = await connectTo();
  const { session: neighbour } = await connectAgain();
  const gone = new Promise<boolean>((resolve) => session.once("goaway", () => resolve(true)));
  for (let count = 0; count < 1_500; count++) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/slimmer_grpc.Main/ping",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.close(8);
  }
  if (HAS_RESET_OPTIONS) await new Promise((resolve) => session.ping(resolve));
  else await gone;
  if (HAS_RESET_OPTIONS) expect(session.destroyed).toBe(false);
  const echoed = await new Promise<Error | null>((resolve) => neighbour.ping(resolve));
  expect(echoed).toBeNull();
});
