import { expect, test } from "vitest";
import { reachWords } from "../../src/dashboard/ui/reach-words.ts";
import {
  filterRows,
  formatOrder,
  nextOrder,
  parseOrder,
  sortRows,
  type Value,
} from "../../src/dashboard/ui/table-order.ts";
import { toCsv, toTsv } from "../../src/dashboard/ui/table-text.ts";
import { csvCell } from "../../src/kit/csv-cell.ts";
import { cellBeginnings, FORMULA, FORMULA_NAMES } from "../support/formula-names.ts";

const sorted = (values: Value[], down: boolean) => sortRows(values, (value) => value, down);

test("names sort as people count: 2 before 10, whatever the case", () => {
  expect(sorted(["barn-10", "Barn-2", "attic"], false)).toEqual(["attic", "Barn-2", "barn-10"]);
});

test("what is not there comes last, upwards and downwards", () => {
  expect(sorted([undefined, 2, 1], false)).toEqual([1, 2, undefined]);
  expect(sorted([undefined, 1, 2], true)).toEqual([2, 1, undefined]);
});

test("times sort by the moment, and equal rows keep their order", () => {
  const early = new Date(1);
  const late = new Date(2);
  expect(sorted([late, early], false)).toEqual([early, late]);
  const rows = [
    { name: "a", count: 1 },
    { name: "b", count: 1 },
  ];
  expect(sortRows(rows, ({ count }) => count, true)).toEqual(rows);
});

test("sorting leaves the rows it was given alone", () => {
  const rows = [2, 1];
  sorted(rows, false);
  expect(rows).toEqual([2, 1]);
});

test("a third click gives the first order back", () => {
  const first = nextOrder(undefined, "count", true);
  const second = nextOrder(first, "count", true);
  expect([first, second, nextOrder(second, "count", true)]).toEqual([
    { key: "count", down: true },
    { key: "count", down: false },
    undefined,
  ]);
  expect(nextOrder(second, "name", false)).toEqual({ key: "name", down: false });
});

test("an order survives the address", () => {
  for (const order of [undefined, { key: "a", down: true }, { key: "b", down: false }]) {
    expect(parseOrder(formatOrder(order))).toEqual(order);
  }
});

test("a row matches when each of the words is in it somewhere", () => {
  const rows = ["door quay gate", "pir quay", "door roof"];
  expect(filterRows(rows, (row) => row, " QUAY door ")).toEqual(["door quay gate"]);
  expect(filterRows(rows, (row) => row, " ")).toBe(rows);
});

test("copied and saved cells can't run as formulas, nor break the file", () => {
  const rows = [["=1+1", -5, 'say "hi", you', undefined, new Date(0)]];
  expect(toCsv(["a", "b", "c", "d", "e"], rows)).toBe(
    'a,b,c,d,e\r\n\'=1+1,-5,"say ""hi"", you",,1970-01-01T00:00:00.000Z\r\n',
  );
  expect(toTsv(["a"], [["two\tcells\nor lines"], ["@x"]])).toBe("a\ntwo cells or lines\n'@x");
});

test("the cells that are saved are those of the server's exports, and none begins a formula", () => {
  for (const [name, harmless] of FORMULA_NAMES) {
    const saved = toCsv(["head"], [[name]]);
    expect(saved).toBe(`head\r\n${csvCell(name)}\r\n`);
    const copied = toTsv(["head"], [[name]]);
    expect(copied).toBe(`head\n${harmless.replace(/[\t\r\n]+/g, " ")}`);
    for (const beginning of [...cellBeginnings(saved), ...cellBeginnings(copied)]) {
      expect(beginning).not.toMatch(FORMULA);
    }
  }
});

test("a filter and an order say that they reach only the rows that are loaded", () => {
  const part = { shown: 3, loaded: 200, hasMore: true, isFiltered: false, isSorted: false };
  expect(reachWords(part)).toBe("");
  expect(reachWords({ ...part, isFiltered: true })).toBe("3 of the first 200");
  expect(reachWords({ ...part, isSorted: true })).toBe("sorted: the first 200 only");
  expect(reachWords({ ...part, isFiltered: true, hasMore: false })).toBe("3 of 200");
  expect(reachWords({ ...part, isSorted: true, hasMore: false })).toBe("");
});
