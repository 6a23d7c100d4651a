import { expect, test } from "vitest";
import {
  ageWords,
  durationWords,
  lagWords,
  relativeWords,
} from "../../src/dashboard/ui/duration-words.ts";
import { bytesWords, plural, rateWords, shortCount } from "../../src/dashboard/ui/number-words.ts";
import { absoluteWords, clockWords, momentWords } from "../../src/dashboard/ui/time-words.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("a length of time is rounded as a person says it", () => {
  const said: [number, string][] = [
    [0, "0 s"],
    [42, "42 ms"],
    [200, "0.2 s"],
    [9_949, "9.9 s"],
    [9_960, "10 s"],
    [50 * SECOND, "50 s"],
    [59.4 * SECOND, "59 s"],
    [59.6 * SECOND, "1 min"],
    [14 * MINUTE, "14 min"],
    [59.6 * MINUTE, "1 h"],
    [23.4 * HOUR, "23 h"],
    [23.6 * HOUR, "1 d"],
    [94 * DAY, "94 d"],
    [730 * DAY, "2 y"],
    [912 * DAY, "2.5 y"],
  ];
  for (const [ms, words] of said) expect(durationWords(ms)).toBe(words);
});

test("a rounded figure never reaches the next unit without taking it", () => {
  for (let ms = 1; ms < 40 * DAY; ms = Math.ceil(ms * 1.01)) {
    expect(durationWords(ms)).not.toMatch(/^(60 s|60 min|24 h|1000 ms)$/);
    expect(ageWords(ms)).not.toMatch(/^(60 s|60 min|24 h)$/);
  }
});

test("ages tick in whole seconds, and what was a moment ago is just now", () => {
  expect(ageWords(3_400)).toBe("3 s");
  expect(relativeWords(1_000, 3_000)).toBe("just now");
  expect(relativeWords(0, 3 * MINUTE)).toBe("3 min ago");
  expect(relativeWords(2 * HOUR, 0)).toBe("in 2 h");
});

test("a lag has a sign, and no more than a tenth of a second", () => {
  expect(lagWords(12)).toBe("+0 s");
  expect(lagWords(60)).toBe("+0.1 s");
  expect(lagWords(234)).toBe("+0.2 s");
  expect(lagWords(12 * MINUTE)).toBe("+12 min");
  expect(lagWords(-3 * SECOND)).toBe("−3 s");
});

test("counts are grouped, and shortened where there is little room", () => {
  expect(plural(1, "sensor")).toBe("1 sensor");
  expect(plural(1204, "sensor")).toBe("1,204 sensors");
  expect(shortCount(9_999)).toBe("9,999");
  expect(shortCount(48_210)).toBe("48.2 k");
  expect(shortCount(999_600)).toBe("1 M");
  expect(shortCount(48_210_334)).toBe("48.2 M");
});

test("rates and sizes have no more figures than anybody reads", () => {
  expect(rateWords(0.01)).toBe("0");
  expect(rateWords(0.42)).toBe("0.4");
  expect(rateWords(42.4)).toBe("42");
  expect(rateWords(1_204)).toBe("1,200");
  expect(bytesWords(999)).toBe("999 B");
  expect(bytesWords(999_600)).toBe("1 MB");
  expect(bytesWords(1_234_567_890)).toBe("1.2 GB");
});

test("a moment is told in full, with its zone, and shortly where the day is clear", () => {
  const at = new Date(2026, 10, 23, 6, 4, 2, 7);
  expect(clockWords(at)).toBe("06:04:02.007");
  expect(absoluteWords(at)).toMatch(/^2026-11-23 06:04:02\.007 \S+$/);
  expect(absoluteWords(new Date("nonsense"))).toBe("no such time");
  expect(momentWords(at, at.getTime() + HOUR)).toBe("06:04");
  expect(momentWords(at, at.getTime() + 2 * DAY)).toBe("23 Nov 06:04");
});
