import fc from "fast-check";
import { MainService } from "slimmer-grpc";
import { expect, test } from "vitest";
import { createActivationEncoder } from "../../src/client/activation-encoder.ts";
import { createIds, uuidMs } from "../../src/client/uuid-v7.ts";

const encode = createActivationEncoder();
const newId = createIds();
/** The general decoder leaves `__proto__` out of maps. */
const text = fc
  .string({ minLength: 1, maxLength: 64, unit: "grapheme" })
  .filter((one) => one !== "__proto__");

test("what is encoded by hand is read by everybody as it was meant", () => {
  fc.assert(
    fc.property(
      fc.record({
        sensor: fc.record({ category: text, name: text, identity: text }),
        seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        occurredAtMs: fc.option(
          fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_000 }),
          {
            nil: undefined,
          },
        ),
        attributes: fc.option(fc.dictionary(text, fc.string({ unit: "grapheme" })), {
          nil: undefined,
        }),
      }),
      ({ sensor, seq, occurredAtMs, attributes }) => {
        const activationId = newId(Date.now());

        const bytes = encode({ sensor, activationId, seq, occurredAtMs, attributes });

        expect(MainService.new_activation.requestDeserialize(bytes)).toEqual({
          system_id: "",
          run_id: "",
          entity: sensor,
          activation_id: activationId,
          occurred_at: occurredAtMs === undefined ? null : timestamp(occurredAtMs),
          seq,
          attributes: { ...attributes },
        });
      },
    ),
  );
});

test("the fraction of a millisecond in a time is kept to the microsecond", () => {
  const bytes = encode({
    sensor: { category: "door", name: "front door", identity: "door-1" },
    activationId: newId(0),
    seq: 1,
    occurredAtMs: 1_234.567,
    attributes: undefined,
  });

  const { occurred_at } = MainService.new_activation.requestDeserialize(bytes);
  expect(occurred_at).toEqual({ seconds: 1, nanos: 234_567_000 });
});

test("ids are UUIDv7 of their moment, differ, and ascend within a millisecond", () => {
  const moment = Date.UTC(2026, 10, 22);
  const ids = Array.from({ length: 1_000 }, () => newId(moment + 0.9));

  expect(new Set(ids).size).toBe(1_000);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidMs(id)).toBe(moment);
  }
});

function timestamp(ms: number) {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}
