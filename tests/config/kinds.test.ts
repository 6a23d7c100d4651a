import { describe, expect, test } from "vitest";
import {
  address,
  BadValue,
  choice,
  duration,
  flag,
  integer,
  type Setting,
  secret,
  text,
} from "../../src/config/kinds.ts";
import { SETTINGS } from "../../src/config/settings.ts";

function problemOf(setting: Setting<unknown>, value: string): string {
  try {
    setting.parse(value);
  } catch (error) {
    expect(error).toBeInstanceOf(BadValue);
    return (error as BadValue).message;
  }
  return "none";
}

describe("an address", () => {
  const listen = address("SLIMMER_X", "0.0.0.0:1", "");

  test.each([
    ["127.0.0.1:50051", { host: "127.0.0.1", port: 50_051 }],
    ["localhost:0", { host: "localhost", port: 0 }],
    ["a-b.example:65535", { host: "a-b.example", port: 65_535 }],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["[2001:db8::1]:443", { host: "2001:db8::1", port: 443 }],
  ])("%s is one", (value, expected) => {
    expect(listen.parse(value)).toEqual(expected);
  });

  test.each([
    "",
    ":50051",
    "localhost",
    "localhost:",
    "localhost:65536",
    "localhost:-1",
    "localhost:http",
    "::1:80",
    "[::1]",
    "[localhost]:80",
    "http://localhost:80",
    "local host:80",
    "localhost:80 ",
    "localhost:80\n",
  ])("%j is none", (value) => {
    expect(problemOf(listen, value)).toBe("is no address");
  });
});

describe("a whole number", () => {
  const count = integer("SLIMMER_X", 5, { min: -1, max: 10 }, "");

  test.each([
    ["-1", -1],
    ["0", 0],
    ["10", 10],
    ["007", 7],
  ])("%s is within the range", (value, expected) => {
    expect(count.parse(value)).toBe(expected);
  });

  test.each([
    ["-2", "is out of range"],
    ["11", "is out of range"],
    ["99999999999999999999999", "is out of range"],
    ["", "is no whole number"],
    ["1.0", "is no whole number"],
    ["1e3", "is no whole number"],
    ["0x1", "is no whole number"],
    ["+1", "is no whole number"],
    [" 1", "is no whole number"],
    ["1\n", "is no whole number"],
    ["NaN", "is no whole number"],
  ])("%j %s", (value, problem) => {
    expect(problemOf(count, value)).toBe(problem);
  });
});

describe("a duration", () => {
  const pause = duration("SLIMMER_X", "1s", { min: "10ms", max: "90d" }, "");

  test.each([
    ["10ms", 10],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["90d", 7_776_000_000],
  ])("%s is %i ms", (value, expected) => {
    expect(pause.parse(value)).toBe(expected);
  });

  test.each([
    ["9ms", "is out of range"],
    ["91d", "is out of range"],
    ["5", "is no duration"],
    ["", "is no duration"],
    ["s", "is no duration"],
    ["-5s", "is no duration"],
    ["5 s", "is no duration"],
    ["5S", "is no duration"],
    ["1h30m", "is no duration"],
    ["1.s", "is no duration"],
    ["5s\n", "is no duration"],
  ])("%j %s", (value, problem) => {
    expect(problemOf(pause, value)).toBe(problem);
  });
});

test("a choice is one of its words, to the letter", () => {
  const level = choice("SLIMMER_X", "info", ["info", "warn"], "");
  expect(level.parse("warn")).toBe("warn");
  for (const value of ["WARN", "", "warn ", "toString"]) {
    expect(problemOf(level, value)).toBe("is none of them");
  }
});

test("a flag is true or false, and nothing that looks like it", () => {
  const isOn = flag("SLIMMER_X", true, "");
  expect([isOn.parse("true"), isOn.parse("false")]).toEqual([true, false]);
  for (const value of ["1", "0", "yes", "TRUE", ""]) {
    expect(problemOf(isOn, value)).toBe("is neither");
  }
});

test("an empty text is an absent one", () => {
  for (const setting of [text("SLIMMER_X", ""), secret("SLIMMER_X", "")]) {
    expect([setting.parse("a b"), setting.parse("")]).toEqual(["a b", undefined]);
  }
});

test("every default is a value that its setting takes", () => {
  for (const setting of Object.values(SETTINGS)) {
    if (setting.defaultText === undefined) continue;
    expect(problemOf(setting, setting.defaultText), setting.env).toBe("none");
  }
});

test("every setting has a name of its own, and a sentence", () => {
  const settings = Object.values(SETTINGS);
  expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
  for (const { env, summary } of settings) {
    expect(env).toMatch(/^SLIMMER_[A-Z][A-Z_]*[A-Z]$/);
    expect(summary, env).toMatch(/^[A-Z].*\.( .*)?$|^[A-Z].*\.$/s);
  }
});
