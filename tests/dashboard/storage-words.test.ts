import { expect, test } from "vitest";
import {
  aheadWords,
  diskWords,
  growthWords,
  keptDays,
  parseDisk,
} from "../../src/dashboard/views/storage/forecast-words.ts";
import { dayRows, utcDayWords } from "../../src/dashboard/views/storage/storage-days.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const daysOff = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const facts = {
  server_time: NOW,
  retention_edge: daysOff(-90),
  database_bytes: 5e9,
  activation_bytes: 4.5e9,
  rows_per_day: 1_200_000,
  bytes_per_day: 133e6,
  bytes_at_retention: 12e9,
  days: [{ day: daysOff(-20.5), rows: 9_000, bytes: 1_000_000 }],
};

test("growth is told by the day, and by where it ends", () => {
  expect(growthWords(facts)).toBe(
    "Grows by about 1.2 M activations a day, 133 MB; about 12 GB at 90 days of retention, at this rate.",
  );
});

test("what does not grow is told apart from what has not been there for a day", () => {
  const quiet = { ...facts, rows_per_day: 0, bytes_per_day: 0, bytes_at_retention: 0 };
  expect(growthWords(quiet)).toBe("Nothing came in the last 7 days: it does not grow.");
  expect(diskWords(quiet, 10e9)).toBe("10 GB will do: it does not grow.");
  const today = new Date("2026-11-23T00:00:00Z");
  const fresh = { ...quiet, days: [{ day: today, rows: 12, bytes: 90_000 }] };
  expect(growthWords(fresh)).toContain("shows tomorrow");
  expect(diskWords(fresh, 10e9)).toBe("How fast it grows is not known yet.");
});

test("a disk is full in so many days, unless retention stops the growth before", () => {
  expect(diskWords(facts, 10e9)).toBe(
    "10 GB are full in about 37 days at this rate, before retention stops the growth.",
  );
  expect(diskWords(facts, 50e9)).toBe("50 GB will do: retention stops the growth at 25 % of it.");
  expect(diskWords(facts, 4e9)).toBe("The database is larger than 4 GB already.");
  expect(diskWords(facts, undefined)).toBeUndefined();
});

test("a size is read as a person types it", () => {
  expect(parseDisk("100")).toBe(100e9);
  expect(parseDisk(" 2 TB ")).toBe(2e12);
  expect(parseDisk("1.5GiB")).toBe(1.5e9);
  expect(parseDisk("much")).toBeUndefined();
  expect(parseDisk("0")).toBeUndefined();
});

test("days ahead are whole ones, and too few are a warning", () => {
  expect(aheadWords(NOW, daysOff(4.5))).toEqual({ days: 4, words: "4 days", isShort: false });
  expect(aheadWords(NOW, daysOff(0.4)).isShort).toBe(true);
  expect(aheadWords(NOW, daysOff(-1)).words).toBe("none: the keeper is needed");
  expect(aheadWords(NOW, undefined).isShort).toBe(true);
  expect(keptDays(facts)).toBe(90);
});

test("days come in order, and those ahead of now are told apart", () => {
  const rows = dayRows({
    server_time: NOW,
    days: [
      { day: daysOff(1), rows: 0, bytes: 40_960 },
      { day: daysOff(-1), rows: 500_000, bytes: 90_000_000 },
    ],
  });

  expect(rows.map(({ rows: count, isAhead }) => [count, isAhead])).toEqual([
    [500_000, false],
    [0, true],
  ]);
});

test("a day of the database is one of UTC", () => {
  expect(utcDayWords(Date.parse("2026-11-23T00:00:00Z"))).toBe("Mon 23 Nov");
});
