import fc from "fast-check";
import { ReaderService, type StoredActivation, type WatchActivationsResponse } from "slimmer-grpc";
import { expect, test } from "vitest";
import { encodeWatchResponse } from "../../src/rpc/feed-encoder.ts";

const { responseDeserialize, responseSerialize } = ReaderService.watch_activations;

const text = (maxLength: number) => fc.string({ unit: "grapheme", maxLength });
const time = fc.record({
  seconds: fc.oneof(
    fc.integer({ min: 0, max: 4_000_000_000 }),
    fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  ),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});
const activation: fc.Arbitrary<StoredActivation> = fc.record({
  system_id: text(128),
  run_id: fc.uuid(),
  entity: fc.record({ category: text(64), name: text(128), identity: text(256) }),
  activation_id: fc.uuid(),
  shown_at: time,
  occurred_at: time,
  received_at: time,
  seq: fc.maxSafeNat(),
  attributes: fc.dictionary(text(64), text(256), { maxKeys: 16 }),
  unregistered: fc.boolean(),
  clock_suspect: fc.boolean(),
  late: fc.boolean(),
});
const response: fc.Arbitrary<WatchActivationsResponse> = fc.record({
  activations: fc.array(activation, { maxLength: 3 }),
  cursor: text(36),
  server_time: time,
  caught_up: fc.boolean(),
});

test("our encoder writes what proto-loader reads, and nothing more than it would", () => {
  fc.assert(
    fc.property(response, (message) => {
      const bytes = encodeWatchResponse(message);
      const theirs = responseSerialize(message);
      expect(responseDeserialize(bytes)).toEqual(responseDeserialize(theirs));
      expect(bytes.length).toBeLessThanOrEqual(theirs.length);
    }),
  );
});

test("a message that goes to many is made once, and each gets the same", () => {
  const [one] = fc.sample(activation, 1);
  const message = { activations: [one as StoredActivation], cursor: "here", caught_up: true };
  expect(encodeWatchResponse(message)).toEqual(encodeWatchResponse({ ...message }));
});
