import fc from "fast-check";
import { expect, test } from "vitest";
import { FeedColumns } from "../../src/store/feed-columns.ts";

const INT2 = 21;
const INT4 = 23;
const INT8 = 20;
const UUID = 2950;

type Bytes = Buffer | null;

/** What array_send gives: a head, then each element after its length. */
function arraySent(type: number, elements: readonly Bytes[]): Buffer {
  const head = Buffer.alloc(elements.length === 0 ? 12 : 20);
  head.writeInt32BE(elements.length === 0 ? 0 : 1, 0);
  head.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  head.writeInt32BE(type, 8);
  if (elements.length > 0) {
    head.writeInt32BE(elements.length, 12);
    head.writeInt32BE(1, 16);
  }
  const parts = elements.flatMap((element) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(element === null ? -1 : element.length);
    return element === null ? [length] : [length, element];
  });
  return Buffer.concat([head, ...parts]);
}

function int(size: number, value: number | undefined): Bytes {
  if (value === undefined) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes.subarray(8 - size);
}

const orNull = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: some }, { weight: 1, arbitrary: fc.constant(undefined) });
const someOf = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof(fc.array(some, { maxLength: 6 }), fc.array(orNull(some), { maxLength: 6 }));

test("every element of arrays that stand one after the other is found, and what is null or not there is undefined", () => {
  const shorts = someOf(fc.integer({ min: -32_768, max: 32_767 }));
  const ints = someOf(fc.integer());
  const longs = someOf(fc.maxSafeInteger());
  const ids = someOf(fc.uuid());
  fc.assert(
    fc.property(shorts, ids, longs, ints, (a, b, c, d) => {
      const id = (text: string | undefined): Bytes =>
        text === undefined ? null : Buffer.from(text.replaceAll("-", ""), "hex");
      const sent = [
        arraySent(
          INT2,
          a.map((value) => int(2, value)),
        ),
        arraySent(UUID, b.map(id)),
        arraySent(
          INT8,
          c.map((value) => int(8, value)),
        ),
        arraySent(
          INT4,
          d.map((value) => int(4, value)),
        ),
      ];
      const columns = new FeedColumns(Buffer.concat(sent));
      const upTo = (values: readonly unknown[]) => [...values.keys(), values.length, 1_000];
      expect([0, 1, 2, 3].map((column) => columns.lengthOf(column))).toEqual(
        [a, b, c, d].map(({ length }) => length),
      );
      for (const row of upTo(a)) expect(columns.int16(0, row)).toBe(a[row]);
      for (const row of upTo(b)) expect(columns.uuid(1, row)).toBe(b[row] ?? "");
      for (const row of upTo(c)) expect(columns.int64(2, row)).toBe(c[row]);
      for (const row of upTo(d)) expect(columns.int32(3, row)).toBe(d[row]);
    }),
  );
});

test("an id is written as text where it is wanted, and nothing beside it", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat({ max: 9 }), (text, at) => {
      const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
      const columns = new FeedColumns(arraySent(UUID, [bytes]));
      const target = Buffer.alloc(at + 36 + 1, ".");
      columns.copyUuid(0, 0, target, at);
      expect(target.toString()).toBe(`${".".repeat(at)}${text}.`);
    }),
  );
});
