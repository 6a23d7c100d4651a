import {
  type ActivationBatch,
  type ActivationBatchOutput,
  MainService,
  packageDefinition,
} from "slimmer-grpc";
import { describe, expect, test } from "vitest";
import { decodeActivation, decodeActivationBatch } from "../../src/rpc/activation-decoder.ts";
import { pick, seededRandom } from "../support/rows.ts";

const random = seededRandom(20_181_122);
const { requestSerialize, requestDeserialize } = MainService.new_activations;

/** Without what our decoder knows beside. */
function plain(batch: ActivationBatchOutput): ActivationBatchOutput {
  const activations = batch.activations.map(({ entity, ...rest }) => ({
    ...rest,
    entity: entity && { category: entity.category, name: entity.name, identity: entity.identity },
  }));
  return { ...batch, activations };
}

const TEXTS = ["", "door", "Tür", "世界 🌱", "x".repeat(200), "\0", "a\u0300"];
const SECONDS = [0, 1, -1, -62_135_596_800, 253_402_300_799, 1_790_000_000, 2 ** 31, -(2 ** 33)];
const NANOS = [0, 1, 999_999_999, -1, -(2 ** 31)];
const COUNTS = [0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32, 2 ** 35 + 7, Number.MAX_SAFE_INTEGER];

const oneOf = <T>(values: readonly T[]) => values[pick(random, values.length)] as T;
const text = () => oneOf(TEXTS);
const maybe = <T>(value: () => T) => (random() < 0.5 ? value() : undefined);

function randomBatch(): ActivationBatch {
  const activations = Array.from({ length: Math.floor(random() * 5) }, () => ({
    system_id: text(),
    run_id: text(),
    entity: maybe(() => ({ category: text(), name: text(), identity: text() })) ?? null,
    activation_id: text(),
    occurred_at: maybe(() => ({ seconds: oneOf(SECONDS), nanos: oneOf(NANOS) })) ?? null,
    seq: oneOf(COUNTS),
    attributes: maybe(() => ({ [text()]: text(), [text()]: text() })) ?? {},
  }));
  return { system_id: text(), run_id: text(), activations, batch_no: oneOf(COUNTS) };
}

describe("our decoder gives what proto-loader gives", () => {
  test("for a thousand random batches", () => {
    for (let count = 0; count < 1_000; count++) {
      const bytes = requestSerialize(randomBatch());
      expect(plain(decodeActivationBatch(bytes))).toEqual(requestDeserialize(bytes));
    }
  });

  test("for a single activation", () => {
    const bytes = MainService.new_activation.requestSerialize({
      system_id: "greenhouse",
      entity: { category: "door", name: "front", identity: "d" },
      seq: 3,
    });
    const { entity, ...rest } = decodeActivation(bytes);
    const { entity: expected, ...others } = MainService.new_activation.requestDeserialize(bytes);
    expect(rest).toEqual(others);
    expect(entity).toEqual({ ...expected, key: "door\0front\0d", isValid: true });
  });

  test("for bytes that are no UTF-8", () => {
    const bytes = requestSerialize({ activations: [{ entity: { name: "front__door" } }] });
    bytes.set([0xc3, 0x28], bytes.indexOf("front__door") + 5);
    const [activation] = decodeActivationBatch(bytes).activations;
    expect(activation?.entity?.name).toBe("front\ufffd(door");
  });

  test("for a seq beyond what a double holds: too large either way", () => {
    const bytes = requestSerialize({ activations: [{ seq: "18446744073709551615" }] });
    expect(decodeActivationBatch(bytes).activations[0]?.seq).toBeGreaterThan(
      Number.MAX_SAFE_INTEGER,
    );
  });
});

test.each([
  ["Activation", 7],
  ["ActivationBatch", 4],
  ["SystemEntity", 3],
])(
  "%s has as many fields as our decoder reads: a new one must be added there, and here",
  (name, count) => {
    const { type } = packageDefinition[`slimmer_grpc.${name}`] as unknown as {
      type: { field: unknown[] };
    };
    expect(type.field).toHaveLength(count);
  },
);

test("fields that nobody knows are passed over", () => {
  const known = requestSerialize({ system_id: "greenhouse", batch_no: 9 });
  const unknown = [
    Buffer.from([0x78, 0x96, 0x01]), // 15: varint
    Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8]), // 15: fixed64
    Buffer.from([0x7a, 0x02, 0x41, 0x42]), // 15: bytes
    Buffer.from([0x7d, 1, 2, 3, 4]), // 15: fixed32
  ];
  const decoded = decodeActivationBatch(Buffer.concat([...unknown, known, ...unknown]));
  expect(decoded).toEqual({ system_id: "greenhouse", run_id: "", activations: [], batch_no: 9 });
});

test("bytes cut off anywhere within an item are refused", () => {
  const item = {
    entity: { category: "door", name: "front", identity: "d" },
    activation_id: "01a20476-2bb6-746a-8c4d-7755dedb270d",
    occurred_at: { seconds: 1_790_000_000, nanos: 5 },
    seq: 300,
    attributes: { zone: "north" },
  };
  const bytes = requestSerialize({ activations: [item] });
  for (let length = 1; length < bytes.length; length++) {
    expect(() => decodeActivationBatch(bytes.subarray(0, length)), `${length} bytes`).toThrow(
      RangeError,
    );
  }
});

test.each([
  ["a field number of 0", [0x00, 0x00]],
  ["a group", [0x7b]],
  ["a varint without end", [0x20, ...Array.from({ length: 11 }, () => 0xff)]],
  ["a length beyond the message", [0x1a, 0x05, 0x0a, 0x10, 1, 2, 3]],
  ["an inner field beyond its item", [0x1a, 0x03, 0x0a, 0x04, 1, 2, 3, 4, 5, 6]],
])("%s is refused", (_what, bytes) => {
  expect(() => decodeActivationBatch(Buffer.from(bytes))).toThrow(RangeError);
});

describe("the memory of sensors", () => {
  const entityOf = (entity: object) => {
    const bytes = requestSerialize({ activations: [{ entity }] });
    return decodeActivationBatch(bytes).activations[0]?.entity;
  };

  test("knows a sensor again by its bytes", () => {
    const door = { category: "door", name: "front", identity: "remembered" };
    expect(entityOf(door)).toBe(entityOf(door));
  });

  test.each([
    ["an empty name", { category: "door", name: "", identity: "d" }],
    [
      "a name as long as a message",
      { category: "door", name: "x".repeat(1_000_000), identity: "d" },
    ],
  ])("keeps none that breaks a rule, and says so each time: %s", (_what, entity) => {
    const first = entityOf(entity);
    expect(first).toMatchObject({ isValid: false });
    expect(entityOf(entity)).not.toBe(first);
  });
});
