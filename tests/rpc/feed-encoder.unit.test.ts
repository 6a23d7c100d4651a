import fc from "fast-check";
import { ReaderService } from "slimmer-grpc";
import { expect, test } from "vitest";
import type { NameBook } from "../../src/reading/feed/names.ts";
import { holdStretch, type Stretch } from "../../src/reading/feed/stretch.ts";
import { encodeWatched } from "../../src/rpc/feed-encoder.ts";
import type { FeedRecord } from "../../src/store/feed-record.ts";

const { responseDeserialize, responseSerialize } = ReaderService.watch_activations;

const text = (maxLength: number) => fc.string({ unit: "grapheme", maxLength });
/** Around what sensors send, and what a timestamp of PostgreSQL may be at all. */
const timeUs = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
);
/** proto-loader loses an attribute of the name __proto__; ours doesn't, so the two can't be compared on it. */
const attributes = fc
  .dictionary(text(64), text(256), { maxKeys: 16 })
  .filter((map) => !Object.hasOwn(map, "__proto__"));
const row = fc.record({
  systemId: fc.string({ unit: "grapheme", minLength: 1, maxLength: 128 }),
  runId: fc.oneof(fc.uuid(), fc.constant("")),
  entity: fc.record({ category: text(64), name: text(128), identity: text(256) }),
  activationId: fc.uuid(),
  shownUs: timeUs,
  occurredUs: timeUs,
  receivedUs: timeUs,
  seq: fc.maxSafeNat(),
  attributes: fc.option(attributes, { nil: undefined }),
  flags: fc.integer({ min: 0, max: 7 }),
});
type Row = typeof row extends fc.Arbitrary<infer Of> ? Of : never;

/** A record of rows that each have a system, a sensor and a run of their own. */
function hold(rows: readonly Row[]): Stretch {
  const at = (index: number) => rows[index] as Row;
  const record: FeedRecord = {
    no: 1,
    mark: 1,
    markBefore: 0,
    count: rows.length,
    bytes: 0,
    ageSeconds: 0,
    systemNo: (index) => index + 1,
    runNo: (index) => (at(index).runId === "" ? 0 : index + 1),
    entityNo: (index) => index + 1,
    activationId: (index) => at(index).activationId,
    copyActivationId: (index, target, place) =>
      target.set(Buffer.from(at(index).activationId), place),
    seq: (index) => at(index).seq,
    shownUs: (index) => at(index).shownUs,
    occurredUs: (index) => at(index).occurredUs,
    receivedUs: (index) => at(index).receivedUs,
    flags: (index) => at(index).flags,
    attributes: (index) => at(index).attributes,
  };
  const names: NameBook = {
    learn: () => undefined,
    systemId: (no) => at(no - 1).systemId,
    entity: (_systemNo, no) => at(no - 1).entity,
    runId: (_systemNo, no) => (no === 0 ? "" : at(no - 1).runId),
  };
  const held = holdStretch([record]);
  held.learn(names);
  return held;
}

/** Rows, and what some who watch want of them, one after the other. */
const rowsAndWishes = fc.array(row, { minLength: 1, maxLength: 5 }).chain((rows) => {
  const wish = fc.subarray(rows.map((_, index) => index));
  return fc.tuple(fc.constant(rows), fc.array(wish, { maxLength: 4 }));
});

test("our encoder writes what proto-loader reads, and nothing more than it would, whoever came before", () => {
  fc.assert(
    fc.property(
      rowsAndWishes,
      text(36),
      timeUs,
      fc.boolean(),
      ([rows, wishes], cursor, us, end) => {
        const held = hold(rows);
        for (const wanted of wishes) {
          const picked = [{ held, rows: wanted }];
          const bytes = encodeWatched({ picked, cursor, serverUs: us, caughtUp: end });
          const seconds = Math.floor(us / 1_000_000);
          const theirs = responseSerialize({
            activations: held.messagesOf(wanted),
            cursor,
            server_time: { seconds, nanos: (us - seconds * 1_000_000) * 1_000 },
            caught_up: end,
          });
          expect(responseDeserialize(bytes)).toEqual(responseDeserialize(theirs));
          expect(bytes.length).toBeLessThanOrEqual(theirs.length);
        }
      },
    ),
  );
});

test("an attribute of the name __proto__ is one like any other", () => {
  const [example] = fc.sample(row, 1) as [Row];
  const attributes = JSON.parse('{"__proto__":"kept too"}') as Record<string, string>;
  const held = hold([{ ...example, attributes }]);
  const bytes = encodeWatched({
    picked: [{ held, rows: [0] }],
    cursor: "here",
    serverUs: 0,
    caughtUp: true,
  });
  expect(Buffer.from(bytes).includes("\x0a\x09__proto__\x12\x08kept too")).toBe(true);
});

test("a record that forgets is encoded anew, and the same", () => {
  const held = hold(fc.sample(row, 3));
  const message = { picked: [{ held, rows: [0, 2] }], cursor: "here", serverUs: 0, caughtUp: true };
  const before = encodeWatched(message);
  expect(held.messages).toBe(3);
  held.forget();
  expect(held.messages).toBe(0);
  expect(encodeWatched(message)).toEqual(before);
});
