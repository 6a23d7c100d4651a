import { describe, expect, test } from "vitest";
import { painter } from "../../src/cli/output/colours.ts";
import { csvLine } from "../../src/cli/output/csv-lines.ts";
import { createProgress } from "../../src/cli/output/progress.ts";
import { renderTable } from "../../src/cli/output/table.ts";
import { bytesText, countText, durationText } from "../../src/cli/output/units.ts";
import { cellBeginnings, FORMULA, FORMULA_NAMES } from "../support/formula-names.ts";

test("a table aligns words at the left and numbers at the right", () => {
  const rows = [
    ["hall", 7, ""],
    ["attic ä", 1_234, "cold"],
  ];
  expect(renderTable(["name", "fired", "note"], rows).split("\n")).toEqual([
    "name     fired  note",
    "hall         7",
    "attic ä   1234  cold",
  ]);
});

test("a line of CSV has no formula for a spreadsheet, wherever one begins its cells", () => {
  for (const [name, harmless] of FORMULA_NAMES) {
    const line = csvLine(["attic", name, -5, true]);
    const cell = line.slice("attic,".length, -",-5,true\r\n".length);
    const text = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    expect(text).toBe(harmless);
    for (const beginning of cellBeginnings(line)) expect(beginning).not.toMatch(FORMULA);
  }
});

describe("colours", () => {
  test.each([
    ["a terminal", { isTTY: true }, {}, "\u001b[31mx\u001b[0m"],
    ["a pipe", { isTTY: false }, {}, "x"],
    ["a terminal with NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }, "x"],
    ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }, "x"],
  ])("for %s", (_what, stream, env, painted) => {
    expect(painter(stream as { isTTY: boolean }, env)("red", "x")).toBe(painted);
  });
});

/** Back to the beginning of the line, and empties it. */
const CLEAR = "\r\u001b[K";

describe("progress", () => {
  function watch(isTTY: boolean) {
    let written = "";
    let nowMs = 0;
    const stream = {
      isTTY,
      columns: 60,
      write(text: string) {
        written += text;
        return true;
      },
    };
    const progress = createProgress("draining", stream, () => nowMs);
    return {
      progress,
      written: () => written,
      pass(ms: number) {
        nowMs += ms;
      },
    };
  }

  test("on a terminal is a bar that stays within its line, and goes", () => {
    const { progress, written } = watch(true);
    progress.update(1, 4, `1 delivered ${"x".repeat(80)}`);
    const bar = `draining ${"█".repeat(6)}${"░".repeat(18)} 25%  1 delivered ${"x".repeat(80)}`;
    expect(written()).toBe(`${CLEAR}${bar.slice(0, 59)}`);
    progress.end();
    expect(written().endsWith(CLEAR)).toBe(true);
  });

  test("elsewhere is a line now and then", () => {
    const { progress, written, pass } = watch(false);
    progress.update(1, 4, "1 delivered");
    expect(written()).toBe("");
    pass(10_000);
    progress.update(2, 4, "2 delivered");
    progress.update(3, undefined, "3 delivered");
    progress.end();
    expect(written()).toBe("draining: 50%  2 delivered\n");
  });

  test("of nothing is done", () => {
    const { progress, written } = watch(true);
    progress.update(0, 0, "");
    expect(written()).toContain("100%");
  });
});

test("durations, sizes and counts are for people", () => {
  expect([0.4, 450, 1_000, 90_000, 3_600_000, 90_061_000].map(durationText)).toEqual([
    "0ms",
    "450ms",
    "1s",
    "1m 30s",
    "1h",
    "1d 1h",
  ]);
  expect([0, 1_023, 1_536, 67_108_864].map(bytesText)).toEqual([
    "0 bytes",
    "1023 bytes",
    "1.5 KiB",
    "64.0 MiB",
  ]);
  expect([countText(1, "sensor"), countText(12_000, "sensor")]).toEqual([
    "1 sensor",
    "12,000 sensors",
  ]);
});
