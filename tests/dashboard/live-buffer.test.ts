import { expect, test } from "vitest";
import type { Activation } from "../../src/dashboard/api/types.ts";
import { createLiveBuffer, type FeedItem, isHole } from "../../src/dashboard/live/live-buffer.ts";
import { createRateMeter, median } from "../../src/dashboard/live/rate-meter.ts";

const rows = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, at) => ({ system_id: "attic", activation_id: `${from + at}` }) as Activation,
  );
/** A row by its number, a hole by how many are not shown. */
const seen = (items: readonly FeedItem[]) =>
  items.map((item) => (isHole(item) ? `${item.notShown} not shown` : Number(item.activation_id)));
const hole = (notShown: number) => ({ notShown, since: new Date(0), until: new Date(1) });

test("rows are drawn newest first, once", () => {
  const buffer = createLiveBuffer(10);
  buffer.push(rows(0, 3));
  buffer.push(rows(3, 5));
  expect(buffer.take()).toEqual({ items: rows(0, 5).reverse(), replaces: false });
  expect(buffer.take()).toEqual({ items: [], replaces: false });
});

test("what a resumed feed sends again is not shown twice", () => {
  const buffer = createLiveBuffer(10);
  buffer.push(rows(0, 4));
  buffer.take();
  buffer.push(rows(2, 6));
  expect(buffer.count).toBe(2);
  expect(seen(buffer.take().items)).toEqual([5, 4]);
});

test("the same id of two systems is two rows", () => {
  const buffer = createLiveBuffer(10);
  const [row] = rows(0, 1) as [Activation];
  buffer.push([row, { ...row, system_id: "greenhouse" }]);
  expect(buffer.count).toBe(2);
});

test("while it is held, it counts everything and keeps only what can be shown", () => {
  const buffer = createLiveBuffer(5);
  for (let from = 0; from < 1_000; from += 10) buffer.push(rows(from, from + 10), hole(90));
  expect(buffer.count).toBe(10_000);
  const { items, replaces } = buffer.take();
  expect(seen(items)).toEqual([999, 998, 997, 996, 995]);
  expect(replaces).toBe(true);
});

test("what the feed leaves out is a line where it is missing, above what was there", () => {
  const buffer = createLiveBuffer(10);
  buffer.push(rows(0, 2));
  buffer.take();
  buffer.push(rows(2, 4), hole(185));
  expect(buffer.count).toBe(187);
  const { items, replaces } = buffer.take();
  expect(seen(items)).toEqual([3, 2, "185 not shown"]);
  expect(replaces).toBe(false);
});

test("the rows of a feed that begins anew take the place of what was there", () => {
  const buffer = createLiveBuffer(5);
  buffer.push(rows(0, 2));
  buffer.take();
  buffer.push(rows(2, 3));
  buffer.beginAnew();
  expect(seen(buffer.take().items), "nothing new has come yet").toEqual([2]);
  buffer.push(rows(0, 4));
  expect(buffer.take()).toEqual({ items: rows(0, 4).reverse(), replaces: true });
  buffer.push(rows(3, 5));
  expect(buffer.take()).toEqual({ items: rows(4, 5), replaces: false });
});

test("what waits while the feed begins anew is counted once", () => {
  const buffer = createLiveBuffer(5);
  buffer.push(rows(0, 2));
  buffer.beginAnew();
  buffer.push(rows(0, 3));
  expect(buffer.count).toBe(3);
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
