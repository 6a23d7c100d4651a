import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../../bench/support/fault-proxy.ts";
import { eventually } from "../../support/eventually.ts";

/** Sends back whatever it gets, behind its name. */
async function startEcho(name: string) {
  const sockets: Socket[] = [];
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      received.push(bytes);
      socket.write(Buffer.concat([Buffer.from(name), bytes]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => Buffer.concat(received).toString(),
  };
}

/** A client of the proxy, with all that it has heard. */
async function dial({ port }: FaultProxy) {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  let error: NodeJS.ErrnoException | undefined;
  socket.on("error", (problem) => {
    error = problem;
  });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  socket.on("data", (bytes) => {
    heard += bytes;
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return { socket, heard: () => heard, closed, error: () => error?.code };
}

let echo: Awaited<ReturnType<typeof startEcho>>;
let proxy: FaultProxy;

beforeEach(async () => {
  echo = await startEcho("a");
  proxy = await startFaultProxy(echo.port);
  return () => proxy.close();
});

test("carries bytes both ways, and the end of a connection too", async () => {
  const { socket, heard, closed } = await dial(proxy);

  socket.write("1");
  await eventually(() => expect(heard()).toBe("a1"));
  socket.end();

  await closed;
  await eventually(() => expect(proxy.connections).toBe(0));
});

test("cuts connections, and takes new ones", async () => {
  const { closed, error } = await dial(proxy);
  await eventually(() => expect(echo.sockets).toHaveLength(1));

  proxy.cut();

  await closed;
  expect(error()).toBeUndefined();
  const next = await dial(proxy);
  next.socket.write("2");
  await eventually(() => expect(next.heard()).toBe("a2"));
});

test("resets connections on both sides", async () => {
  const { closed, error } = await dial(proxy);
  await eventually(() => expect(echo.sockets).toHaveLength(1));
  const far = once(echo.sockets[0] as Socket, "error");

  proxy.reset();

  await closed;
  expect(error()).toBe("ECONNRESET");
  expect((await far)[0].code).toBe("ECONNRESET");
});

test("holds bytes back in one direction until they flow again", async () => {
  const { socket, heard } = await dial(proxy);

  await proxy.stall("down");
  socket.write("3");
  await eventually(() => expect(echo.received()).toBe("3"));
  expect(heard()).toBe("");

  proxy.flow();
  await eventually(() => expect(heard()).toBe("a3"));
});

test("does not tell the other side of a connection's end while it is stalled", async () => {
  const { socket, closed } = await dial(proxy);
  await eventually(() => expect(echo.sockets).toHaveLength(1));
  const far = echo.sockets[0] as Socket;

  const stalled = proxy.stall("both", 80);
  socket.write("4");
  socket.destroy();
  await closed;
  expect(far.destroyed).toBe(false);

  await stalled;
  await eventually(() => expect(far.destroyed).toBe(true));
  expect(echo.received()).toBe("4");
});

test("delays bytes, and never changes their order", async () => {
  const { socket, heard } = await dial(proxy);
  proxy.delay(40);

  const startedAt = performance.now();
  for (const digit of "12345") socket.write(digit);
  await eventually(() => expect(heard().replaceAll("a", "")).toBe("12345"));

  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(79);
});

test("lets no more bytes through than it may", async () => {
  const { socket, heard } = await dial(proxy);
  proxy.throttle(20_000);

  const startedAt = performance.now();
  socket.write("x".repeat(4_000));
  await eventually(() => expect(heard().replaceAll("a", "")).toHaveLength(4_000));

  expect(performance.now() - startedAt).toBeGreaterThan(150);
});

test("cuts in the middle of a message", async () => {
  const { socket, closed } = await dial(proxy);

  proxy.cutAfter(3);
  socket.write("message");

  await closed;
  await eventually(() => expect(echo.received()).toBe("mes"));
  const next = await dial(proxy);
  next.socket.write("whole");
  await eventually(() => expect(next.heard()).toBe("awhole"));
});

test("refuses connections, and takes them again at the same port", async () => {
  const { socket, heard } = await dial(proxy);

  proxy.refuse();
  await expect(dial(proxy)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  socket.write("5");
  await eventually(() => expect(heard()).toBe("a5"));

  await proxy.accept();
  await expect(dial(proxy)).resolves.toBeDefined();
});

test("leads new connections elsewhere", async () => {
  const other = await startEcho("b");
  const before = await dial(proxy);
  before.socket.write("6");
  await eventually(() => expect(before.heard()).toBe("a6"));

  proxy.retarget(other.port);
  const after = await dial(proxy);
  after.socket.write("7");

  await eventually(() => expect(after.heard()).toBe("b7"));
});

test("holds the sender up when nobody takes its bytes, and loses none of them", async () => {
  const { socket, heard } = await dial(proxy);
  const bytes = 8 << 20;

  await proxy.stall("up");
  let isWritten = false;
  socket.write("y".repeat(bytes), () => {
    isWritten = true;
  });
  await eventually(() => expect(socket.bytesWritten).toBeGreaterThan(0));
  expect(isWritten).toBe(false);

  await proxy.heal();
  await eventually(() => expect(heard().replaceAll("a", "")).toHaveLength(bytes));
});

test("passes a refusal of the server on", async () => {
  proxy.retarget(1);

  const { closed, error } = await dial(proxy);

  await closed;
  expect(error()).toBe("ECONNRESET");
});
