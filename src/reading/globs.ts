import { exactPattern } from "../store/reads/patterns.ts";

const ANY = Symbol("*");
const ONE = Symbol("?");
/** A code point, as it is a character for LIKE, or a wildcard. */
type Part = string | typeof ANY | typeof ONE;

/**
 * A pattern of the contract: a text is exact, or has * for any text and ? for any character. A backslash before one of these,
 * or before a backslash, makes it an ordinary character.
 */
function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (const [, escaped, character] of pattern.matchAll(/\\([*?\\])|(.)/gsu)) {
    if (escaped !== undefined) parts.push(escaped);
    else if (character === "*") parts.push(ANY);
    else if (character === "?") parts.push(ONE);
    else parts.push(character as string);
  }
  return parts;
}

export function hasWildcards(pattern: string): boolean {
  return partsOf(pattern).some(isWildcard);
}

/** The pattern that matches this text alone. */
export function exactGlob(text: string): string {
  return text.replace(/[*?\\]/g, "\\$&");
}

/** The same for SQL's LIKE, whose escape character is the backslash. */
export function likeOf(pattern: string): string {
  return partsOf(pattern)
    .filter((part, place, parts) => part !== ANY || parts[place - 1] !== ANY)
    .map((part) => (part === ANY ? "%" : part === ONE ? "_" : exactPattern(part)))
    .join("");
}

/** Whether a text matches; undefined for an empty pattern, which leaves everything in. */
export function globMatcher(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === "") return undefined;
  const parts = partsOf(pattern);
  if (!parts.some(isWildcard)) {
    const exact = parts.join("");
    return (text) => text === exact;
  }
  return (text) => matches(parts, [...text]);
}

function isWildcard(part: Part): part is typeof ANY | typeof ONE {
  return part === ANY || part === ONE;
}

/** Goes back to the last star only, so its time is at most the product of the lengths. */
function matches(pattern: readonly Part[], text: readonly string[]): boolean {
  let at = 0;
  let place = 0;
  let starAt = -1;
  let placeOfStar = 0;
  while (place < text.length) {
    const part = pattern[at];
    if (part === ANY) {
      starAt = at;
      placeOfStar = place;
      at += 1;
    } else if (part === ONE || (part !== undefined && part === text[place])) {
      at += 1;
      place += 1;
    } else if (starAt >= 0) {
      placeOfStar += 1;
      place = placeOfStar;
      at = starAt + 1;
    } else return false;
  }
  while (pattern[at] === ANY) at += 1;
  return at === pattern.length;
}
