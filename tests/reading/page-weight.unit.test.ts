import { expect, test } from "vitest";
import { partsOf, rowsOfNextPage } from "../../src/reading/export/page-weight.ts";
import type { FoundActivation } from "../../src/store/reads/activations.ts";

/** Rows with so many characters of attributes each. */
const rows = (count: number, characters = 0) =>
  Array.from({ length: count }, () => {
    const attributes = characters === 0 ? undefined : { a: "x".repeat(characters) };
    return { attributes } as Partial<FoundActivation> as FoundActivation;
  });

test("pages begin small, grow while rows are light, and stay small where they are heavy", () => {
  expect(rowsOfNextPage(undefined)).toBe(100);
  expect(rowsOfNextPage(rows(100))).toBe(1_000);
  expect(rowsOfNextPage(rows(1_000))).toBe(4_000);
  expect(rowsOfNextPage(rows(4_000))).toBe(4_000);
  expect(rowsOfNextPage(rows(1_000, 1_000))).toBe(1_000);
  expect(rowsOfNextPage(rows(4_000, 10_000))).toBe(100);
  expect(rowsOfNextPage(rows(7))).toBe(100);
});

test("a page of light rows is one part, and one of heavy rows is many, with every row once", () => {
  const light = rows(4_000);
  expect([...partsOf(light)]).toEqual([light]);
  expect([...partsOf([])]).toEqual([[]]);
  const heavy = rows(1_001, 20_000);
  const parts = [...partsOf(heavy)];
  expect(parts.flat()).toEqual(heavy);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(110);
  expect([...partsOf(rows(3, 5_000_000))]).toHaveLength(3);
});
