import fc from "fast-check";
import { expect, test } from "vitest";
import { onlySensor } from "../../src/dashboard/api/paths.ts";
import { exactGlob, globMatcher, hasWildcards, likeOf } from "../../src/reading/globs.ts";

/** What LIKE says, by the book. */
function isLike(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === "%") {
    return isLike(text, rest) || (text.length > 0 && isLike(text.slice(1), pattern));
  }
  if (text.length === 0) return false;
  if (first === "\\") return text[0] === rest[0] && isLike(text.slice(1), rest.slice(1));
  return (first === "_" || first === text[0]) && isLike(text.slice(1), rest);
}

const letters = (choices: readonly string[]) =>
  fc.array(fc.constantFrom(...choices), { maxLength: 8 }).map((parts) => parts.join(""));

test("a matcher and the pattern of LIKE say the same of any text", () => {
  fc.assert(
    fc.property(
      letters(["a", "b", "*", "?", "%", "_", "\\", "😀"]),
      letters(["a", "b", "%", "_", "\\", "😀", "*"]),
      (pattern, text) => {
        const matches = globMatcher(pattern)?.(text) ?? true;
        expect(matches).toBe(pattern === "" || isLike([...text], [...likeOf(pattern)]));
        if (!hasWildcards(pattern) && pattern !== "") {
          expect(matches).toBe(text === pattern.replace(/\\([*?\\])/g, "$1"));
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

const some = letters(["a", "*", "?", "%", "\\"]);

test("a text whose wildcards have a backslash matches itself alone, for the server as for the page", () => {
  fc.assert(
    fc.property(some, some, (text, other) => {
      fc.pre(text !== "");
      const matcher = globMatcher(exactGlob(text));
      expect(matcher?.(text)).toBe(true);
      expect(matcher?.(other)).toBe(other === text);
      const entity = { category: text, name: text, identity: text };
      expect(onlySensor(entity).name).toBe(exactGlob(text));
    }),
  );
});

test("a backslash before any other character is a backslash", () => {
  expect(globMatcher("C:\\temp\\*")?.("C:\\temp*")).toBe(true);
  expect(globMatcher("C:\\temp\\\\*")?.("C:\\temp\\door")).toBe(true);
});

test("a pattern of many stars takes no time", () => {
  expect(globMatcher("*a".repeat(60))?.("a".repeat(59))).toBe(false);
});
