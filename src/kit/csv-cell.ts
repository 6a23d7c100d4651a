/** What a spreadsheet may take for the beginning of a formula (OWASP, "CSV Injection"), also in their full-width forms. */
const BEGINS_FORMULA = /^(?:"*[=+\-@＝＋－＠]|[\t\r\n])/;
/** One that splits lines at semicolons or tabs, or knows no quotes, begins a cell there too. */
const BEGINS_WITHIN = /([;\t\r\n])(?="*[=+\-@＝＋－＠])/g;
const NEEDS_QUOTES = /[",;\t\r\n]/;

/**
 * A cell of CSV (RFC 4180) with a text that somebody else has chosen: an apostrophe stands before all that a spreadsheet might
 * take for a formula, wherever it begins its cells. Whoever parses the file finds the text, and these apostrophes.
 */
export function csvCell(text: string): string {
  const within = text.replace(BEGINS_WITHIN, "$1'");
  const harmless = BEGINS_FORMULA.test(within) ? `'${within}` : within;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
