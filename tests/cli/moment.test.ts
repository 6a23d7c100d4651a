import { describe, expect, test } from "vitest";
import { createTable } from "../../src/cli/output/columns.ts";
import { momentKind } from "../../src/cli/reading/moment.ts";

const NOW = Date.UTC(2026, 2, 10, 12, 0, 0, 500);
const since = momentKind("since", () => NOW);
const until = momentKind("until", () => NOW);
const ms = ({ seconds, nanos }: { seconds?: unknown; nanos?: number }) =>
  Number(seconds) * 1_000 + (nanos ?? 0) / 1e6;

describe("a moment", () => {
  test.each([
    ["2026-03-01T12:30:00Z", Date.UTC(2026, 2, 1, 12, 30)],
    ["2026-03-01 12:30:00.5+01:00", Date.UTC(2026, 2, 1, 11, 30, 0, 500)],
    ["2026-03-01t12:30:00z", Date.UTC(2026, 2, 1, 12, 30)],
    ["1969-12-31T23:59:59.5Z", -500],
    ["2h", NOW - 7_200_000],
    ["7d", NOW - 7 * 86_400_000],
    ["90s", NOW - 90_000],
  ])("%s is read", (text, expected) => {
    expect(ms(since.parse(text))).toBe(expected);
    expect(ms(until.parse(text))).toBe(expected);
  });

  test("of a day is its beginning here, or its end", () => {
    expect(ms(since.parse("2026-03-01"))).toBe(new Date(2026, 2, 1).getTime());
    expect(ms(until.parse("2026-03-31"))).toBe(new Date(2026, 3, 1).getTime());
  });

  test("keeps microseconds", () => {
    const time = since.parse("2026-03-01T12:30:00.123456Z");
    expect(time).toEqual({ seconds: Date.UTC(2026, 2, 1, 12, 30) / 1_000, nanos: 123_456_000 });
  });

  test.each([
    "yesterday",
    "",
    "2026-02-30",
    "2026-13-01",
    "2026-03-01T25:00:00Z",
    "2026-03-01T12:30:00",
    "5",
    "3 days",
    "-2h",
    "2x",
  ])("%j is none", (text) => {
    expect(() => since.parse(text)).toThrow(/^is /);
  });
});

describe("a table", () => {
  const columns = [
    { title: "name", cell: ({ name }: { name: string }) => name },
    { title: "n", cell: () => "12", isNumber: true },
    { title: "text", cell: () => "something long that goes on" },
  ];

  test("is no wider than its terminal, where the widest columns give", () => {
    const table = createTable(columns, { isTTY: true, columns: 30 });
    const lines = table
      .lines([{ name: "door" }])
      .trimEnd()
      .split("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the titles
    const plain = lines.map((line) => line.replace(/\u001b\[\d+m/g, ""));
    expect(plain).toEqual(["name   n  text", "door  12  something long that…"]);
  });

  test("is cut nowhere else, and keeps its columns from piece to piece", () => {
    const table = createTable(columns, { columns: 30 });
    const text = table.lines([{ name: "a long name" }]) + table.lines([{ name: "b" }]);
    expect(text.split("\n")).toEqual([
      "name          n  text",
      "a long name  12  something long that goes on",
      "b            12  something long that goes on",
      "",
    ]);
  });
});
