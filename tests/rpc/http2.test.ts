import { type ClientHttp2Session, connect, type Settings } from "node:http2";
import { Server } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { RESETS, tuneHttp2, WINDOWS } from "../../src/rpc/http2-options.ts";
import { createRpcServer } from "../../src/rpc/server.ts";
import { eventually } from "../support/eventually.ts";

/** What an upgrade of grpc-js or Node could take away in silence. */
let close: () => Promise<void> = async () => {};
afterEach(() => close());

async function connectTo(): Promise<{ session: ClientHttp2Session; settings: Settings }> {
  const server = createRpcServer({ maxStreams: 123, reflection: false });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  close = async () => {
    session.destroy();
    await server.close({ delayMs: 0, drainMs: 1_000 });
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

test("a grpc-js that keeps its options elsewhere is noticed at the start", () => {
  expect(() => tuneHttp2({} as Server)).toThrow(/src\/rpc\/http2-options.ts/);
});

const [major] = process.versions.node.split(".").map(Number) as [number];
/** Node 20 has no such options: there a connection whose caller resets a thousand streams in a burst is closed. */
test.runIf(major >= 24)("a connection survives 1,500 resets in a burst", async () => {
  const { session } = await connectTo();
  let isGone = false;
  session.on("goaway", () => {
    isGone = true;
  });
  for (let count = 0; count < 1_500; count++) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/slimmer_grpc.Main/ping",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.close(8);
  }
  await new Promise((resolve) => session.ping(resolve));
  expect([isGone, session.destroyed]).toEqual([false, false]);
});
