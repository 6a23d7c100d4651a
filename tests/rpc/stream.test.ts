import { once } from "node:events";
import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import pino from "pino";
import type { ActivationAckOutput, ActivationBatch } from "slimmer-grpc";
import { credentials, MainClient, MainService } from "slimmer-grpc";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { serveActivationStream } from "../../src/rpc/activation-stream.ts";
import { callMeter } from "../../src/rpc/call-meter.ts";
import { tolerant } from "../../src/rpc/definition.ts";
import { createRpcServer } from "../../src/rpc/server.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { Refusal } from "../support/caller.ts";
import { door, greenhouse, skylight } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";

const server = useServer();
let run = { system_id: greenhouse.systemId, run_id: "" };

beforeAll(async () => {
  const { run_id } = await server().call.run({ ...run, run_id: "", entities: greenhouse.entities });
  run = { ...run, run_id };
});

type Stream = ClientDuplexStream<ActivationBatch, ActivationAckOutput>;

function open(): {
  stream: Stream;
  acks: ActivationAckOutput[];
  ended: Promise<Refusal | undefined>;
} {
  const stream = server().client.stream_activations();
  const acks: ActivationAckOutput[] = [];
  stream.on("data", (ack: ActivationAckOutput) => acks.push(ack));
  const ended = new Promise<Refusal | undefined>((resolve) => {
    stream.on("end", () => resolve(undefined));
    stream.on("error", (error: ServiceError) => resolve(new Refusal(error)));
  });
  return { stream, acks, ended };
}

function batch(batch_no: number, size = 3): ActivationBatch {
  const activations = Array.from({ length: size }, () => ({
    entity: door,
    activation_id: uuidv7(),
  }));
  return { ...run, batch_no, activations };
}

test("acknowledges each batch in the order of the batches, once it is durable", async () => {
  const { stream, acks, ended } = open();
  const batches = Array.from({ length: 50 }, (_, number) =>
    batch(1_000 + number, (number % 7) * 20),
  );
  for (const item of batches) stream.write(item);
  stream.end();
  expect(await ended).toBeUndefined();
  expect(acks.map((ack) => ack.batch_no)).toEqual(batches.map((item) => item.batch_no));
  expect(acks.map((ack) => ack.stored)).toEqual(batches.map((item) => item.activations?.length));
  const ids = batches.flatMap((item) =>
    item.activations?.map(({ activation_id }) => activation_id),
  );
  const { rows } = await server().db.query(
    "select count(*)::int as stored from activations where activation_id = any($1)",
    [ids],
  );
  expect(rows[0].stored).toBe(ids.length);
});

test("names the items that deserve a word, and stores the others", async () => {
  const { stream, acks, ended } = open();
  const id = uuidv7();
  stream.write({
    ...run,
    batch_no: 1,
    activations: [
      { entity: door, activation_id: id },
      { entity: door, activation_id: "no id" },
      { entity: skylight, activation_id: uuidv7() },
      { entity: door, activation_id: id },
    ],
  });
  stream.end();
  await ended;
  expect(acks).toHaveLength(1);
  expect(acks[0]?.stored).toBe(3);
  expect(
    acks[0]?.exceptions.map(({ index, result }) => [
      index,
      result?.error?.reason ??
        (result?.duplicate ? "duplicate" : result?.unregistered && "unregistered"),
    ]),
  ).toEqual([
    [1, "FIELDS_INVALID"],
    [2, "unregistered"],
    [3, "duplicate"],
  ]);
});

test("a batch over the limit ends the stream, after the acknowledgements before it", async () => {
  const { stream, acks, ended } = open();
  stream.write(batch(1));
  stream.write(batch(2, 1_001));
  stream.write(batch(3));
  expect(await ended).toMatchObject({ code: "INVALID_ARGUMENT", reason: "FIELDS_INVALID" });
  expect(acks.map((ack) => ack.batch_no)).toEqual([1]);
});

test("an idle stream waits as long as it likes, and an empty batch is acknowledged", async () => {
  const { stream, acks, ended } = open();
  stream.write({ batch_no: 9, activations: [] });
  await eventually(() => expect(acks).toMatchObject([{ batch_no: 9, stored: 0 }]));
  stream.end();
  expect(await ended).toBeUndefined();
});

test("a client that goes away leaves nothing behind", async () => {
  const { stream, ended } = open();
  stream.write(batch(1));
  stream.cancel();
  expect((await ended)?.code).toBe("CANCELLED");
  expect(await server().call.ping({ message: "on" })).toMatchObject({ message: "on" });
});

describe("a stream whose client never reads its acknowledgements", () => {
  test("is paused with bounded work, and holds up nobody else", async () => {
    const stream = server().client.stream_activations();
    stream.on("error", () => {});
    stream.pause();
    // Every item is a refused one, so that the acknowledgements are large and fill the windows soon.
    const refused = {
      ...run,
      activations: Array.from({ length: 500 }, () => ({ entity: { ...door, name: "" } })),
    };
    let written = 0;
    let isBlocked = false;
    while (!isBlocked && written < 2_000) {
      written += 1;
      if (stream.write({ ...refused, batch_no: written })) continue;
      const drained = once(stream, "drain").then(() => true);
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, 500, false));
      isBlocked = !(await Promise.race([drained, late]));
    }
    expect(isBlocked).toBe(true);
    const fired = await server().call.fire({ ...run, entity: door, activation_id: uuidv7() });
    expect(fired.success).toBe(true);
    stream.cancel();
  });
});

test("a client that leaves its acknowledgements unread for too long is ended", async () => {
  const serving = createRpcServer({ maxStreams: 10, reflection: false });
  const metrics = createMetrics({ defaults: false });
  const refused = new SlimmerError("RUN_UNKNOWN", "x".repeat(1_000));
  const log = pino({ enabled: false });
  serving.add({
    definition: tolerant({ stream_activations: MainService.stream_activations }),
    handlers: {
      stream_activations: serveActivationStream({
        intake: {
          accept: () => Promise.reject(refused),
          acceptMany: async (items) => items.map(() => refused),
          room: async () => {},
        },
        drain: serving.drain,
        meter: callMeter(metrics, "slimmer_grpc.Main", "stream_activations", "bidi_stream"),
        log,
        oldestMs: () => 0,
        nowMs: Date.now,
        ackMs: 100,
      }),
    },
  });
  const port = await serving.listen({ host: "127.0.0.1", port: 0 });
  const client = new MainClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const stream = client.stream_activations();
  stream.on("error", () => {});
  stream.pause();
  // The client buffers some of them, and so does the server.
  for (let number = 1; number <= 100; number++) stream.write(batch(number, 500));
  const aborted = 'grpc_method="stream_activations",grpc_code="Aborted"} 1';
  await eventually(async () => expect(await metrics.registry.metrics()).toContain(aborted));
  client.close();
  await serving.close({ delayMs: 0, drainMs: 1_000 });
});

test("a stream of single messages is taken as well", async () => {
  const { stream, acks, ended } = open();
  for (let number = 1; number <= 1_000; number++) stream.write(batch(number, 1));
  stream.end();
  expect(await ended).toBeUndefined();
  expect(acks.map((ack) => ack.batch_no)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
});
