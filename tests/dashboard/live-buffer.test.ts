import { expect, test } from "vitest";
import type { Activation } from "../../src/dashboard/api/types.ts";
import { createLiveBuffer } from "../../src/dashboard/live/live-buffer.ts";
import { createRateMeter, median } from "../../src/dashboard/live/rate-meter.ts";

const rows = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, at) => ({ system_id: "attic", activation_id: `${from + at}` }) as Activation,
  );
const ids = (activations: readonly Activation[]) =>
  activations.map(({ activation_id }) => Number(activation_id));

test("rows are drawn newest first, once", () => {
  const buffer = createLiveBuffer(10);
  buffer.push(rows(0, 3));
  buffer.push(rows(3, 5));
  expect(buffer.take()).toEqual({ rows: rows(0, 5).reverse(), replaces: false });
  expect(buffer.take()).toEqual({ rows: [], replaces: false });
});

test("what a resumed feed sends again is not shown twice", () => {
  const buffer = createLiveBuffer(10);
  buffer.push(rows(0, 4));
  buffer.take();
  buffer.push(rows(2, 6));
  expect(buffer.count).toBe(2);
  expect(ids(buffer.take().rows)).toEqual([5, 4]);
});

test("the same id of two systems is two rows", () => {
  const buffer = createLiveBuffer(10);
  const [row] = rows(0, 1) as [Activation];
  buffer.push([row, { ...row, system_id: "greenhouse" }]);
  expect(buffer.count).toBe(2);
});

test("while it is held, it counts everything and keeps only what can be shown", () => {
  const buffer = createLiveBuffer(5);
  for (let from = 0; from < 1_000; from += 10) buffer.push(rows(from, from + 10), 90);
  expect(buffer.count).toBe(10_000);
  const { rows: kept, replaces } = buffer.take();
  expect(ids(kept)).toEqual([999, 998, 997, 996, 995]);
  expect(replaces).toBe(true);
});

test("rows with a hole before them take the place of what was shown", () => {
  const buffer = createLiveBuffer(5);
  buffer.push(rows(0, 2), 400);
  expect(buffer.take().replaces).toBe(true);
});

test("a feed that begins anew may send everything again", () => {
  const buffer = createLiveBuffer(5);
  buffer.push(rows(0, 2));
  buffer.take();
  buffer.clear();
  buffer.push(rows(0, 2));
  expect(buffer.count).toBe(2);
});

test("the rate is that of the last seconds, and unknown in the first one", () => {
  const meter = createRateMeter(10_000);
  meter.add(0, 0);
  expect(meter.rate(500)).toBeUndefined();
  for (let at = 250; at <= 20_000; at += 250) meter.add(10, at);
  expect(meter.rate(20_000)).toBeCloseTo(40);
  expect(meter.rate(40_000)).toBe(0);
});

test("the median of nothing is nothing", () => {
  expect(median([])).toBeUndefined();
  expect(median([9, 1, 5])).toBe(5);
});
