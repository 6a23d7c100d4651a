import { expect, test } from "vitest";
import { heatTableRows } from "../../src/dashboard/charts/heat-map.tsx";
import { fitText } from "../../src/dashboard/charts/heat-paint.ts";
import { heatColour, heatLegend, heatSteps } from "../../src/dashboard/charts/heat-steps.ts";
import { heatCellAt, heatMove, heatWindow } from "../../src/dashboard/charts/heat-window.ts";
import { rowsToAsk, seriesFrom } from "../../src/dashboard/views/system/heat-series.ts";

const grid = { rows: 10_000, columns: 168, cellWidth: 5, rowHeight: 18 };

test("colours begin at round numbers and grow with the largest count", () => {
  expect(heatSteps(0)).toEqual([1]);
  expect(heatSteps(3)).toEqual([1, 2, 3]);
  expect(heatSteps(60)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(heatSteps(700)).toEqual([1, 3, 10, 30, 100, 300]);
  expect(heatSteps(9_000_000)).toEqual([1, 10, 100, 1_000, 10_000, 100_000]);
});

test("nothing has its own colour, and the largest count has the strongest", () => {
  for (const max of [2, 5, 17, 40, 149, 899, 7_499, 1_000_000]) {
    const steps = heatSteps(max);
    expect(heatColour(steps, 0)).toBe(0);
    expect(heatColour(steps, 1)).toBeGreaterThan(0);
    expect(heatColour(steps, max)).toBe(6);
  }
});

test("more never looks like less", () => {
  const steps = heatSteps(500);
  const colours = Array.from({ length: 501 }, (_, count) => heatColour(steps, count));
  expect(colours).toEqual(colours.toSorted((a, b) => a - b));
});

test("the legend says which counts a colour stands for", () => {
  expect(heatLegend(heatSteps(60)).map(({ words }) => words)).toEqual([
    "1",
    "2–4",
    "5–9",
    "10–19",
    "20–49",
    "50+",
  ]);
  expect(heatLegend(heatSteps(1)).map(({ words }) => words)).toEqual(["1"]);
});

test("of ten thousand rows only those in sight are drawn", () => {
  const view = { left: 100, top: 9_000, width: 500, height: 450 };

  expect(heatWindow(grid, view)).toEqual({
    rowFrom: 500,
    rowTo: 525,
    columnFrom: 20,
    columnTo: 120,
  });
});

test("a point beside the cells is no cell", () => {
  expect(heatCellAt(grid, 12, 40)).toEqual({ row: 2, column: 2 });
  expect(heatCellAt(grid, -1, 40)).toBeUndefined();
  expect(heatCellAt(grid, 168 * 5, 40)).toBeUndefined();
});

test("the cursor stops at the edges, and other keys are left to the page", () => {
  expect(heatMove("ArrowLeft", { row: 3, column: 0 }, grid, 20)).toEqual({ row: 3, column: 0 });
  expect(heatMove("PageDown", { row: 9_990, column: 4 }, grid, 20)).toEqual({
    row: 9_999,
    column: 4,
  });
  expect(heatMove("End", { row: 3, column: 7 }, grid, 20)).toEqual({ row: 3, column: 167 });
  expect(heatMove("j", { row: 3, column: 7 }, grid, 20)).toBeUndefined();
});

test("a name that does not fit loses its middle", () => {
  const letters = (text: string) => [...text].length;

  expect(fitText("door/quay gate/d-01", 30, letters)).toBe("door/quay gate/d-01");
  const cut = fitText("door/quay gate/d-01", 10, letters);
  expect(cut).toHaveLength(10);
  expect(cut).toMatch(/^door\/.*….*01$/);
});

test("the table of a map does not take what is not known for nothing", () => {
  const rows = [
    { key: "a", label: "door / front", counts: [1, 0, 2] },
    { key: "b", label: "door / back", counts: undefined },
  ];
  const days = [
    { column: 0, columns: 2 },
    { column: 2, columns: 1 },
  ];
  expect(heatTableRows(rows, days)).toEqual([
    ["door / front", 1, 2, 3],
    ["door / back", "—", "—", "—"],
  ]);
});

test("rows in sight and those of the table are asked for, each once", () => {
  const rows = ["a", "b", "c", "d", "e"];
  expect(rowsToAsk(rows, { from: 1, to: 3 }, 0)).toEqual(["b", "c"]);
  expect(rowsToAsk(rows, { from: 3, to: 5 }, 2)).toEqual(["a", "b", "d", "e"]);
  expect(rowsToAsk(rows, { from: 0, to: 2 }, 100)).toEqual(rows);
  expect(rowsToAsk(rows, { from: 0, to: 0 }, 0)).toEqual(["a"]);
});

test("counts from before the full hour are not shown an hour beside their time", () => {
  const series = { start: 3_600_000, counts: [1, 2] };
  expect(seriesFrom(series, 3_600_000)).toEqual([1, 2]);
  expect(seriesFrom(series, 7_200_000)).toBeUndefined();
  expect(seriesFrom(undefined, 0)).toBeUndefined();
});
