/** What would move a cursor, paint, or turn the direction of a text: names come from devices, and a terminal obeys. */
const ORDERS = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text of somebody else's, safe to show on a terminal: such characters are written as \u{1b}. */
export function printable(text: string): string {
  return text.replace(ORDERS, (sign) => `\\u{${(sign.codePointAt(0) as number).toString(16)}}`);
}
