import { expect, test } from "vitest";
import { hourBins, hoursPerBar } from "../../src/dashboard/charts/hour-bins.ts";
import { binAt } from "../../src/dashboard/charts/time-bars.tsx";
import {
  cellWords,
  peakWords,
  timeWords,
  weekSteps,
} from "../../src/dashboard/charts/week-hours.tsx";
import {
  dayBoundaries,
  HOUR_MS,
  perHour,
  wallClock,
  weekHours,
} from "../../src/dashboard/charts/zone-hours.ts";

const BERLIN = "Europe/Berlin";
const ones = (count: number) => Array.from({ length: count }, () => 1);

test("the wall's clock is the zone's", () => {
  const moment = Date.parse("2026-11-22T23:30:00Z");

  expect(wallClock("UTC")(moment)).toEqual({ day: "2026-11-22", weekday: 6, hour: 23 });
  expect(wallClock(BERLIN)(moment)).toEqual({ day: "2026-11-23", weekday: 0, hour: 0 });
  expect(wallClock("Asia/Kolkata")(moment)).toEqual({ day: "2026-11-23", weekday: 0, hour: 5 });
});

test("days begin at the reader's midnight", () => {
  const start = Date.parse("2026-11-20T12:00:00Z");

  expect(dayBoundaries(start, HOUR_MS, 48, "UTC")).toEqual([12, 36]);
  expect(dayBoundaries(start, HOUR_MS, 48, BERLIN)).toEqual([11, 35]);
});

test("a day that loses an hour is an hour shorter, one that gains it longer", () => {
  const spring = dayBoundaries(Date.parse("2026-03-28T00:00:00Z"), HOUR_MS, 72, BERLIN);
  const autumn = dayBoundaries(Date.parse("2026-10-24T00:00:00Z"), HOUR_MS, 72, BERLIN);

  expect((spring[1] as number) - (spring[0] as number)).toBe(23);
  expect((autumn[1] as number) - (autumn[0] as number)).toBe(25);
});

test("an hour that the spring left out is not there, and one that came twice in autumn counts as two", () => {
  const spring = weekHours(Date.parse("2026-03-28T23:00:00Z"), ones(23), BERLIN);
  expect(spring[6]?.[2]).toEqual({ count: 0, hours: 0 });
  expect(spring[6]?.[3]).toEqual({ count: 1, hours: 1 });

  const autumn = weekHours(Date.parse("2026-10-24T22:00:00Z"), ones(25), BERLIN);
  expect(autumn[6]?.[2]).toEqual({ count: 2, hours: 2 });
  expect(perHour(autumn[6]?.[2] as { count: number; hours: number })).toBe(1);
});

test("thirty days give every hour of the week its mean, though some weekdays came five times", () => {
  const table = weekHours(Date.parse("2026-11-01T00:00:00Z"), ones(720), "UTC");

  expect(new Set(table.flat().map(({ hours }) => hours))).toEqual(new Set([4, 5]));
  expect(new Set(table.flat().map(perHour))).toEqual(new Set([1]));
});

test("the colours of a month are those of its own counts, also when an hour of it came twice", () => {
  // Five Sundays, and on the last of them Paris has two hours that begin at 02:00: six, where other hours have four or five.
  const start = Date.parse("2026-09-26T00:00:00Z");
  const mondayMs = Date.parse("2026-09-28T08:00:00Z");
  const isMonday = (ms: number) => (ms - mondayMs) % (7 * 24 * HOUR_MS) === 0;
  const counts = ones(720).map((_, index) => (isMonday(start + index * HOUR_MS) ? 1 : 0));
  const table = weekHours(start, counts, "Europe/Paris");

  expect(table[6]?.[2]?.hours).toBe(6);
  expect(table[0]?.[10]).toEqual({ count: 4, hours: 4 });
  expect(weekSteps(table).at(-1)).toBe(4);
  expect(timeWords(table)).toBe("in 30 days");
});

test("an hour of the week is told with its mean", () => {
  expect(cellWords(0, 23, { count: 10, hours: 4 })).toBe(
    "Mon 23:00–00:00: 10 in 4 such hours, 2.5 each",
  );
  expect(cellWords(6, 2, { count: 0, hours: 0 })).toBe(
    "Sun 02:00–03:00: no such hour in this time",
  );
  expect(peakWords(weekHours(Date.parse("2026-11-02T00:00:00Z"), [0, 0, 3], "UTC"))).toBe(
    "Busiest: Mon from 02:00.",
  );
});

test("bars hold as many hours as there is room for", () => {
  expect(hoursPerBar(720, 4_000)).toBe(1);
  expect(hoursPerBar(720, 1_000)).toBe(3);
  expect(hoursPerBar(720, 300)).toBe(12);
  expect(hoursPerBar(720, 1)).toBe(24);
  expect(hoursPerBar(48, 300)).toBe(1);
});

test("a bar of a day is the reader's day, and no count is lost", () => {
  const start = Date.parse("2026-10-23T12:00:00Z");
  const bins = hourBins(start, ones(96), 24, BERLIN);

  expect(bins.map(({ count }) => count)).toEqual([10, 24, 25, 24, 13]);
  expect(bins.every(({ toMs }, index) => toMs === (bins[index + 1]?.fromMs ?? toMs))).toBe(true);
});

test("a bar is found by any moment in it", () => {
  const bins = hourBins(0, ones(48), 24, "UTC");

  expect(binAt(bins, 0)).toBe(0);
  expect(binAt(bins, 24 * HOUR_MS - 1)).toBe(0);
  expect(binAt(bins, 24 * HOUR_MS)).toBe(1);
  expect(binAt(bins, 48 * HOUR_MS)).toBeUndefined();
  expect(binAt(bins, -1)).toBeUndefined();
});
