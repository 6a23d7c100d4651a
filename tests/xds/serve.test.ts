import { connect, type Settings } from "node:http2";
import { createServer } from "node:net";
import { credentials, makeClientConstructor, type ServiceError } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { v7 } from "uuid";
import { expect, onTestFinished, test } from "vitest";
import { WINDOWS } from "../../src/rpc/http2-options.ts";
import { Refusal } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { type Resource, serverListener } from "../support/control-plane-resources.ts";
import { eventually } from "../support/eventually.ts";
import { isListening } from "../support/serving.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { bootstrapOf, startXdsServer, useStore, type XdsServer } from "./xds-server.ts";

const store = useStore();
const { systemId: system_id, entities } = greenhouse;

async function controlPlaneOfTest(): Promise<ControlPlane> {
  const controlPlane = await startControlPlane();
  onTestFinished(() => controlPlane.close());
  return controlPlane;
}

/** A server that has its listener, and its control plane. */
async function servingServer(databaseUrl = store().url) {
  const controlPlane = await controlPlaneOfTest();
  const server = await startXdsServer(databaseUrl, bootstrapOf(controlPlane));
  controlPlane.addServerListener(server.address);
  await untilReady(server);
  return { server, controlPlane };
}

async function untilReady(server: XdsServer): Promise<void> {
  await eventually(async () => expect(await server.readiness()).toMatchObject({ status: 200 }), {
    timeoutMs: 30_000,
  });
}

async function untilUnready(server: XdsServer): Promise<void> {
  const missing = `the xDS control plane has sent no listener for ${server.address}`;
  await eventually(
    async () => {
      const { status, text } = await server.readiness();
      expect([status, text]).toEqual([503, expect.stringContaining(missing)]);
    },
    { timeoutMs: 30_000 },
  );
}

/** The listener that the control plane sends it, with a difference. */
function listenerOf({ address }: XdsServer, difference: object): Resource {
  return Object.assign(serverListener(`slimmer/listener/${address}`, address), difference);
}

/** Whatever the server knows of it. */
async function untilStored(id: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await store().db.query("select from activations where activation_id = $1", [
      id,
    ]);
    expect(rows).toHaveLength(1);
  });
}

test("a server waits for a listener that arrives late, and says so meanwhile", async () => {
  const controlPlane = await controlPlaneOfTest();
  const server = await startXdsServer(store().url, bootstrapOf(controlPlane));
  await untilUnready(server);
  expect(await isListening(server.address)).toBe(false);
  expect(server.output()).not.toContain(`"ready"`);

  controlPlane.addServerListener(server.address);
  await untilReady(server);
  const { run_id } = await server.call.run({ system_id, entities });
  const fired = await server.call.fire({ system_id, run_id, entity: door, activation_id: v7() });
  expect(fired.success).toBe(true);
  expect(await healthOf(server.address)).toBe("SERVING");
  expect(controlPlane.nacks).toEqual([]);
});

test("it takes connections at its own address only", async () => {
  const { server } = await servingServer();
  const [, port] = server.address.split(":");
  expect(await isListening(server.address)).toBe(true);
  expect(await isListening(`127.0.0.2:${port}`)).toBe(false);
});

test("it advertises the same windows and limits as any server", async () => {
  const { server } = await servingServer();
  const session = connect(`http://${server.address}`);
  onTestFinished(() => session.destroy());
  const settings = await new Promise<Settings>((resolve) =>
    session.once("remoteSettings", resolve),
  );
  expect(settings).toMatchObject({
    initialWindowSize: WINDOWS.streamBytes,
    maxConcurrentStreams: 1_000,
  });
  await eventually(() => {
    expect(session.state.remoteWindowSize).toBeGreaterThanOrEqual(WINDOWS.connectionBytes);
  });
});

test("told to stop, it finishes what it has taken, tells its streams, and ends", async () => {
  const proxy = await startTcpProxy(store().url);
  onTestFinished(() => proxy.close());
  const { server } = await servingServer(proxy.urlVia(store().url));
  const { call, client } = server;
  const { run_id } = await call.run({ system_id, entities });
  const run = { system_id, run_id };
  const stream = client.stream_activations();
  const acks: unknown[] = [];
  stream.on("data", (ack) => acks.push(ack));
  const ended = new Promise<Refusal>((resolve) => {
    stream.on("error", (error: ServiceError) => resolve(new Refusal(error)));
  });
  stream.write({ ...run, batch_no: 1, activations: [{ entity: door, activation_id: v7() }] });
  await eventually(() => expect(acks).toHaveLength(1));

  proxy.hold(true);
  const id = v7();
  const fired = call.fire({ ...run, entity: door, activation_id: id });
  await untilStored(id);
  server.process.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: "UNAVAILABLE", reason: "SHUTTING_DOWN" });
  await eventually(async () => expect(await isListening(server.address)).toBe(false));
  proxy.hold(false);
  expect(await fired).toMatchObject({ success: true, activation_id: id });
  expect(await server.exited).toBe(0);
});

test("a call that never ends is broken off when the time for it is over", async () => {
  const proxy = await startTcpProxy(store().url);
  onTestFinished(() => proxy.close());
  const controlPlane = await controlPlaneOfTest();
  const server = await startXdsServer(proxy.urlVia(store().url), {
    ...bootstrapOf(controlPlane),
    SLIMMER_DRAIN: "300ms",
  });
  controlPlane.addServerListener(server.address);
  await untilReady(server);
  const { run_id } = await server.call.run({ system_id, entities });
  await server.call.fire({ system_id, run_id, entity: door, activation_id: v7() });
  proxy.hold(true);
  const id = v7();
  const fired = server.call
    .fire({ system_id, run_id, entity: door, activation_id: id })
    .catch((error: Refusal) => error);
  await untilStored(id);
  server.process.kill("SIGTERM");
  expect(await fired).toBeInstanceOf(Refusal);
  proxy.hold(false);
  expect(await server.exited).toBe(0);
});

test("a listener that is taken back closes the server until another one comes", async () => {
  const { server, controlPlane } = await servingServer();
  controlPlane.removeServerListener(server.address);
  await untilUnready(server);
  await expect(server.call.ping({}, { deadline: Date.now() + 1_000 })).rejects.toThrow(Refusal);
  // grpc-js-xds 1.14.1 takes the very same listener for one that it has.
  controlPlane.put(listenerOf(server, { traffic_direction: "UNSPECIFIED" }));
  await untilReady(server);
  expect((await server.call.ping({ message: "again" })).message).toBe("again");
});

test("told to ignore deletions, it serves on when its listener is taken back", async () => {
  const controlPlane = await controlPlaneOfTest();
  const bootstrap = controlPlane.bootstrap() as { xds_servers: object[] };
  const [first] = bootstrap.xds_servers;
  const patient = { ...first, server_features: ["ignore_resource_deletion"] };
  const server = await startXdsServer(store().url, {
    GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify({ ...bootstrap, xds_servers: [patient] }),
  });
  controlPlane.addServerListener(server.address);
  await untilReady(server);
  controlPlane.removeServerListener(server.address);
  await eventually(() => expect(server.output()).toContain("Ignoring nonexistent resource"));
  expect((await server.call.ping({ message: "still" })).message).toBe("still");
});

test("a listener that it refuses leaves the last good one in force", async () => {
  const { server, controlPlane } = await servingServer();
  controlPlane.put(listenerOf(server, { listener_filters: [{ name: "proxy protocol" }] }));
  await eventually(() => expect(controlPlane.nacks).toHaveLength(1));
  expect(controlPlane.nacks[0]?.reason).toContain("listener_filters populated");
  expect((await server.call.ping({ message: "still" })).message).toBe("still");
  expect(await server.readiness()).toMatchObject({ status: 200 });
});

test("without its control plane it goes on serving, and still ends when it is told to", async () => {
  const { server, controlPlane } = await servingServer();
  await controlPlane.close();
  expect((await server.call.ping({ message: "alone" })).message).toBe("alone");
  server.process.kill("SIGTERM");
  expect(await server.exited).toBe(0);
});

test("a server whose control plane is not there waits for it, and ends when it is told to", async () => {
  const controlPlane = await controlPlaneOfTest();
  await controlPlane.close();
  const server = await startXdsServer(store().url, bootstrapOf(controlPlane));
  await untilUnready(server);
  await eventually(async () => {
    expect((await server.readiness()).text).toContain("No connection established to xDS server");
  });
  server.process.kill("SIGTERM");
  expect(await server.exited).toBe(0);
});

test("a port that is taken ends it with a sentence", async () => {
  const controlPlane = await controlPlaneOfTest();
  const squatter = createServer();
  const port = await new Promise<number>((resolve) => {
    squatter.listen(0, "127.0.0.1", () => resolve((squatter.address() as { port: number }).port));
  });
  onTestFinished(() => void squatter.close());
  const address = `127.0.0.1:${port}`;
  controlPlane.addServerListener(address);
  const server = await startXdsServer(store().url, {
    ...bootstrapOf(controlPlane),
    SLIMMER_GRPC_LISTEN: address,
  });
  expect(await server.exited).toBe(1);
  expect(server.output()).toContain(`slimmer: can't listen for gRPC on ${address}: listen EADDR`);
});

type Check = (
  request: object,
  callback: (error: ServiceError | null, answer: { status: string }) => void,
) => void;

async function healthOf(address: string): Promise<string> {
  const Health = makeClientConstructor(healthService as never, "Health");
  const client = new Health(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return new Promise((resolve, reject) => {
    (client.check as unknown as Check).call(
      client,
      { service: "slimmer_grpc.Main" },
      (error, answer) => (error ? reject(error) : resolve(answer.status)),
    );
  });
}
