import { expect, test } from "vitest";
import { csvCell } from "../../src/kit/csv-cell.ts";
import { cellBeginnings, FORMULA, FORMULA_NAMES } from "../support/formula-names.ts";

test.each(FORMULA_NAMES)("%j is a cell without a formula", (name, harmless) => {
  const cell = csvCell(name);
  const isQuoted = cell.startsWith('"');
  expect(isQuoted ? cell.slice(1, -1).replaceAll('""', '"') : cell).toBe(harmless);
  expect(isQuoted).toBe(/[",;\t\r\n]/.test(name));
  for (const beginning of cellBeginnings(cell)) expect(beginning).not.toMatch(FORMULA);
});
