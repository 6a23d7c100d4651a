import { type ServiceError, status } from "@grpc/grpc-js";
import { credentials, MainClient } from "slimmer-grpc";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCaller, Refusal } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

let proxy: TcpProxy;
const server = useServer(
  {
    SLIMMER_INTAKE_MAX_CALLS: "200",
    SLIMMER_INTAKE_MAX_ROWS: "2000",
    SLIMMER_INTAKE_MAX_BYTES: String(16 * 1024 * 1024),
  },
  async (url) => {
    proxy = await startTcpProxy(url);
    return proxy.urlVia(url);
  },
);
let run = { system_id: greenhouse.systemId, run_id: "" };

beforeAll(async () => {
  const { run_id } = await server().call.run({ ...run, run_id: "", entities: greenhouse.entities });
  run = { ...run, run_id };
});
afterAll(() => proxy.close());

const item = () => ({ entity: door, activation_id: uuidv7() });
const settled = <T>(call: Promise<T>) => call.catch((error: Refusal) => error);

test("a full queue refuses at once, with a time to wait, and stores what it has taken", async () => {
  await server().call.fire({ ...run, ...item() });
  proxy.hold(true);
  const ids = Array.from({ length: 400 }, () => uuidv7());
  const calls = ids.map((activation_id) =>
    settled(server().call.fire({ ...run, entity: door, activation_id })),
  );
  const refusals: Refusal[] = [];
  for (const call of calls) {
    void call.then((outcome) => outcome instanceof Refusal && refusals.push(outcome));
  }
  await eventually(() => expect(refusals.length).toBeGreaterThan(100));
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ code: "RESOURCE_EXHAUSTED", reason: "INTAKE_FULL" });
    expect(refusal.details?.retryAfterMs).toBeGreaterThan(0);
  }
  proxy.hold(false);
  const answered = (await Promise.all(calls)).filter((outcome) => !(outcome instanceof Refusal));
  expect(answered.length + refusals.length).toBe(400);
  const { rows } = await server().db.query(
    "select count(*)::int as stored from activations where activation_id = any($1)",
    [ids],
  );
  expect(rows[0].stored).toBe(answered.length);
});

test("a stream waits where a call is refused", async () => {
  proxy.hold(true);
  const stream = server().client.stream_activations();
  const acks: number[] = [];
  stream.on("data", (ack) => acks.push(ack.stored));
  const ended = new Promise((resolve) => {
    stream.on("end", resolve);
    stream.on("error", resolve);
  });
  for (let number = 1; number <= 12; number++) {
    stream.write({ ...run, batch_no: number, activations: Array.from({ length: 500 }, item) });
  }
  stream.end();
  await eventually(async () => {
    const outcome = await settled(
      server().call.fire({ ...run, ...item() }, { deadline: Date.now() + 200 }),
    );
    expect(outcome).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });
  proxy.hold(false);
  expect(await ended).toBeUndefined();
  expect(acks).toEqual(Array.from({ length: 12 }, () => 500));
});

test("streams that would wait with more than fits into memory are refused", async () => {
  proxy.hold(true);
  const attributes = Object.fromEntries(
    Array.from({ length: 14 }, (_, number) => [`key-${number}`, "v".repeat(250)]),
  );
  const outcomes = Array.from({ length: 24 }, () => {
    const stream = server().client.stream_activations();
    const outcome = new Promise<Refusal | number>((resolve) => {
      stream.on("data", (ack) => resolve(ack.stored));
      stream.on("error", (error: ServiceError) => resolve(new Refusal(error)));
    });
    const activations = Array.from({ length: 500 }, () => ({ ...item(), attributes }));
    stream.write({ ...run, batch_no: 1, activations });
    stream.end();
    return outcome;
  });
  const refused: Refusal[] = [];
  for (const outcome of outcomes) {
    void outcome.then((ended) => ended instanceof Refusal && refused.push(ended));
  }
  await eventually(() => expect(refused.length).toBeGreaterThan(5));
  expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(["INTAKE_FULL"]));
  proxy.hold(false);
  const stored = (await Promise.all(outcomes)).filter((ended) => !(ended instanceof Refusal));
  expect(new Set(stored)).toEqual(new Set([500]));
  expect(stored.length).toBeGreaterThan(0);
});

test("a client that opens 1,500 calls and cancels them harms nobody else", async () => {
  const rude = new MainClient(server().address, credentials.createInsecure());
  const polite = new MainClient(server().address, credentials.createInsecure(), {
    // A connection of its own.
    "grpc.use_local_subchannel_pool": 1,
  });
  proxy.hold(true);
  const codes = new Map<number, number>();
  const cancelled = Array.from({ length: 1_500 }, () => {
    const request = { ...run, ...item() };
    return new Promise<void>((resolve) => {
      const call = rude.new_activation(request, (error: ServiceError | null) => {
        const code = error?.code ?? status.OK;
        codes.set(code, (codes.get(code) ?? 0) + 1);
        resolve();
      });
      setImmediate(() => call.cancel());
    });
  });
  await Promise.all(cancelled);
  proxy.hold(false);
  expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(1_500);
  expect(await createCaller(polite).ping({ message: "there" })).toMatchObject({ message: "there" });
  await eventually(() => createCaller(polite).fire({ ...run, ...item() }));
  // The rude client itself may come back as well.
  await eventually(() => createCaller(rude).ping({ message: "sorry" }));
  rude.close();
  polite.close();
});
