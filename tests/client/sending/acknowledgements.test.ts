import { Duplex } from "node:stream";
import { status } from "@grpc/grpc-js";
import { type ActivationBatchOutput, MainService } from "slimmer-grpc";
import { describe, expect, test } from "vitest";
import { createActivationEncoder } from "../../../src/client/activation-encoder.ts";
import type { Connection } from "../../../src/client/sending/connection.ts";
import { createShipper } from "../../../src/client/sending/shipper.ts";
import { createIds } from "../../../src/client/uuid-v7.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR } from "../opened-client.ts";

const newId = createIds();
const encode = createActivationEncoder();
const PLACE = { systemId: "greenhouse", runId: newId(0) };

function items(count: number) {
  return Array.from({ length: count }, (_, place) => {
    const activationId = newId(Date.now());
    const parts = { sensor: DOOR, activationId, seq: place + 1 };
    const bytes = encode({ ...parts, occurredAtMs: undefined, attributes: undefined });
    return { runId: PLACE.runId, activationId, atMs: 0, attempts: 0, bytes };
  });
}

type Answer = (batch: ActivationBatchOutput, call: Duplex) => object | undefined;

/** A shipper over streams that answer each batch as they are told; nothing is read while `isFull`. */
function bench(answer: Answer, { callMs = 1_000 } = {}) {
  const batches: ActivationBatchOutput[] = [];
  const calls: Duplex[] = [];
  const ways: (() => void)[] = [];
  let useless = 0;
  let way: (go: () => void) => void = (go) => go();

  function openStream(): Duplex {
    const call: Duplex = new Duplex({
      objectMode: true,
      read() {},
      write(bytes: Buffer, _encoding, done) {
        way(() => {
          const batch = MainService.new_activations.requestDeserialize(
            bytes,
          ) as ActivationBatchOutput;
          batches.push(batch);
          const ack = answer(batch, call);
          if (ack) call.push(ack);
          done();
        });
      },
    });
    calls.push(call);
    return Object.assign(call, { cancel: () => call.destroy() });
  }

  const shipper = createShipper({
    connection: { openStream: async () => openStream() } as unknown as Connection,
    callMs,
    streamHooks: {
      onAck() {},
      onUseless() {
        useless += 1;
      },
      onSilence() {},
    },
  });
  return {
    shipper,
    batches,
    calls,
    useless: () => useless,
    fill() {
      way = (go) => ways.push(go);
    },
    empty() {
      way = (go) => go();
      for (const go of ways.splice(0)) go();
    },
  };
}

const ack = ({ batch_no, activations }: ActivationBatchOutput) => ({
  batch_no,
  stored: activations.length,
  exceptions: [],
});

test("what is acknowledged and has no exception is stored", async () => {
  const { shipper } = bench(ack);
  const outcomes = await shipper.ship("stream", PLACE, items(3));
  expect(outcomes.map(({ verdict }) => verdict)).toEqual([undefined, undefined, undefined]);
});

describe("costs nothing, and is repeated: an acknowledgement", () => {
  test.each<[string, object]>([
    ["that counts fewer than there were", { stored: 2, exceptions: [] }],
    ["that is empty but for its number", { stored: 0, exceptions: [] }],
    [
      "that counts what it refuses as stored",
      {
        stored: 3,
        exceptions: [{ index: 1, result: { activation_id: "", error: { code: status.INTERNAL } } }],
      },
    ],
  ])("%s", async (_name, said) => {
    const { shipper } = bench(({ batch_no }) => ({ batch_no, ...said }));
    await expect(shipper.ship("stream", PLACE, items(3))).rejects.toThrow(
      /^an acknowledgement of 3 activations says/,
    );
  });

  test("that comes out of turn", async () => {
    const { shipper, calls } = bench((batch) => ({ ...ack(batch), batch_no: 7 }));
    await expect(shipper.ship("stream", PLACE, items(1))).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    expect(calls[0]?.destroyed).toBe(true);
  });

  test("that never comes", async () => {
    const { shipper, useless } = bench(() => undefined, { callMs: 20 });
    await expect(shipper.ship("stream", PLACE, items(1))).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    expect(useless()).toBe(1);
  });
});

test("a connection without room is not written to, and nothing is lost or reordered", async () => {
  const { shipper, batches, calls, fill, empty } = bench(ack);
  await shipper.ship("stream", PLACE, items(1));
  fill();

  const shipped = Array.from({ length: 40 }, () => shipper.ship("stream", PLACE, items(1)));
  await eventually(() => expect(calls[0]?.writableNeedDrain).toBe(true));
  expect(calls[0]?.writableLength).toBeLessThanOrEqual(16);
  empty();
  await Promise.all(shipped);

  expect(calls).toHaveLength(1);
  expect(batches.map(({ batch_no }) => batch_no)).toEqual(
    Array.from({ length: 41 }, (_, place) => place + 1),
  );
});

test("a stream that ends while a batch is handed over takes none into its end", async () => {
  const { shipper, calls } = bench(ack);
  await shipper.ship("stream", PLACE, items(1));

  calls[0]?.push(null);
  await eventually(() => expect(calls[0]?.readableEnded).toBe(true));
  await shipper.ship("stream", PLACE, items(1));

  expect(calls).toHaveLength(2);
});
