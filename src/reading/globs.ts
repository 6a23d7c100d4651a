/** A pattern of the contract: a text is exact, or has * for any text and ? for any character. */
export function hasWildcards(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** The same for SQL's LIKE, whose escape character is the backslash. */
export function likeOf(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, "\\$&")
    .replace(/\*+/g, "%")
    .replaceAll("?", "_");
}

/** Whether a text matches; undefined for an empty pattern, which leaves everything in. */
export function globMatcher(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === "") return undefined;
  if (!hasWildcards(pattern)) return (text) => text === pattern;
  // A character is a code point, as it is for LIKE.
  const parts = [...pattern];
  return (text) => matches(parts, [...text]);
}

/** Goes back to the last star only, so its time is at most the product of the lengths. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let place = 0;
  let starAt = -1;
  let placeOfStar = 0;
  while (place < text.length) {
    const part = pattern[at];
    if (part === "*") {
      starAt = at;
      placeOfStar = place;
      at += 1;
    } else if (part === "?" || (part !== undefined && part === text[place])) {
      at += 1;
      place += 1;
    } else if (starAt >= 0) {
      placeOfStar += 1;
      place = placeOfStar;
      at = starAt + 1;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
