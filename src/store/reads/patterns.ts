/** What LIKE takes for more than itself. */
const SPECIAL = /[\\%_]/g;

/** A pattern of LIKE for texts that are this one. */
export function exactPattern(text: string): string {
  return escaped(text);
}

/** A pattern of LIKE for texts that hold this one. */
export function holdingPattern(text: string): string {
  return `%${escaped(text)}%`;
}

/** A pattern of LIKE for texts that begin with this one. */
export function beginningPattern(text: string): string {
  return `${escaped(text)}%`;
}

function escaped(text: string): string {
  return text.replace(SPECIAL, "\\$&");
}
