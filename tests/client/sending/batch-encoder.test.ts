import fc from "fast-check";
import { type ActivationBatchOutput, type ActivationOutput, MainService } from "slimmer-grpc";
import { expect, test } from "vitest";
import { createActivationEncoder } from "../../../src/client/activation-encoder.ts";
import { encodeBatch, encodeSingle } from "../../../src/client/sending/batch-encoder.ts";
import { createIds } from "../../../src/client/uuid-v7.ts";

const newId = createIds();
const encode = createActivationEncoder();

/** The general decoder leaves `__proto__` out of maps. */
const text = (max: number) =>
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: max })
    .filter((one) => one !== "__proto__");
const places = fc.record({ systemId: text(40), runId: fc.uuid() });
const activations = fc.record({
  sensor: fc.record({ category: text(20), name: text(40), identity: text(80) }),
  activationId: fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => newId(+date)),
  seq: fc.nat(Number.MAX_SAFE_INTEGER),
  occurredAtMs: fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), {
    nil: undefined,
  }),
  attributes: fc.option(fc.dictionary(text(20), fc.string({ maxLength: 256 }), { maxKeys: 16 }), {
    nil: undefined,
  }),
});
type Parts = Parameters<typeof encode>[0];

function toItem(parts: Parts) {
  const { activationId } = parts;
  return { runId: "", activationId, atMs: 0, attempts: 0, bytes: encode(parts) };
}

/** As the decoder has it. */
function plain({ sensor, activationId, seq, occurredAtMs, attributes }: Parts) {
  const seconds = occurredAtMs === undefined ? 0 : Math.floor(occurredAtMs / 1_000);
  return {
    entity: sensor,
    activation_id: activationId,
    seq,
    occurred_at:
      occurredAtMs === undefined
        ? null
        : { seconds, nanos: (occurredAtMs - seconds * 1_000) * 1_000_000 },
    attributes: { ...attributes },
  };
}

test("a batch is read by the general decoder as it was meant", () => {
  fc.assert(
    fc.property(
      places,
      fc.array(activations, { maxLength: 20 }),
      fc.nat(Number.MAX_SAFE_INTEGER),
      (place, list, batchNo) => {
        const bytes = encodeBatch(place, list.map(toItem), batchNo);
        const read = MainService.new_activations.requestDeserialize(bytes) as ActivationBatchOutput;
        expect(read).toEqual({
          system_id: place.systemId,
          run_id: place.runId,
          batch_no: batchNo,
          activations: list.map((one) => ({ system_id: "", run_id: "", ...plain(one) })),
        });
      },
    ),
  );
});

test("a single activation carries the place of its batch", () => {
  fc.assert(
    fc.property(places, activations, (place, parts) => {
      const bytes = encodeSingle(place, toItem(parts));
      const read = MainService.new_activation.requestDeserialize(bytes) as ActivationOutput;
      expect(read).toEqual({ system_id: place.systemId, run_id: place.runId, ...plain(parts) });
    }),
  );
});
