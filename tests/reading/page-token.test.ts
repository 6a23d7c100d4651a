import { describe, expect, test } from "vitest";
import { type Json, pageTokenText, readPageToken } from "../../src/reading/page-token.ts";

const isNumbers = (state: Json): state is readonly number[] =>
  Array.isArray(state) && state.every((item) => typeof item === "number");

const refusal = (problem: RegExp) =>
  expect.objectContaining({
    reason: "FIELDS_INVALID",
    fields: [{ field: "page_token", problem: expect.stringMatching(problem) }],
  });

function refused(token: string, filters: Json = ["a"]): unknown {
  try {
    readPageToken(token, filters, isNumbers);
  } catch (error) {
    return error;
  }
  throw new Error("the token was taken");
}

describe("a page token", () => {
  test("gives back what was put in, and is safe in a URL", () => {
    const filters = { system_id: "greenhouse ü", states: ["UP", "DOWN"], since: null };
    const token = pageTokenText(filters, [1, 2.5, 9_007_199_254_740_991]);
    expect(token).toMatch(/^[\w-]+$/);
    expect(readPageToken(token, filters, isNumbers)).toEqual([1, 2.5, 9_007_199_254_740_991]);
    expect(readPageToken("", filters, isNumbers)).toBeUndefined();
  });

  test("belongs to its filters, in whatever order their names are written", () => {
    const token = pageTokenText({ a: "1", b: { c: 2, d: 3 } }, [1]);
    expect(readPageToken(token, { b: { d: 3, c: 2 }, a: "1" }, isNumbers)).toEqual([1]);
    for (const others of [{ a: "1" }, { a: "1", b: { c: 3, d: 2 } }, { a: 1, b: { c: 2, d: 3 } }]) {
      expect(refused(token, others)).toEqual(refusal(/other filters/));
    }
    expect(refused(pageTokenText(["x", "y"], [1]), ["y", "x"])).toEqual(refusal(/other filters/));
  });

  test("is refused where no list has given it out", () => {
    const token = pageTokenText(["a"], [1]);
    const bytes = Buffer.from(token, "base64url");
    const withByte = (place: number, value: number) => {
      const copy = Buffer.from(bytes);
      copy[place] = value;
      return copy.toString("base64url");
    };
    const made = [
      "garbage",
      "with space",
      `${token}=`,
      "A".repeat(5_000),
      bytes.subarray(0, 9).toString("base64url"),
      bytes.subarray(0, 10).toString("base64url"),
      withByte(0, 2),
      withByte(bytes.length - 1, 0x20),
      pageTokenText(["a"], ["text"]),
      pageTokenText(["a"], null),
    ];
    for (const text of made) expect(refused(text), text).toEqual(refusal(/given out/));
    expect(refused(withByte(3, (bytes[3] as number) ^ 1))).toEqual(refusal(/other filters/));
  });
});
