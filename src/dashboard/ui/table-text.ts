import type { Value } from "./table-order.ts";

/** A cell as text: times in ISO 8601, numbers bare, so that other programs can read them. */
export function cellText(value: Value): string {
  if (value === undefined) return "";
  return value instanceof Date ? value.toISOString() : String(value);
}

/** For pasting into a spreadsheet. */
export function toTsv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => harmless(cell).replace(/[\t\r\n]+/g, " ")).join("\t");
  return [line(head), ...rows.map((row) => line(row.map(cellText)))].join("\n");
}

/** RFC 4180, with a header. */
export function toCsv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  const line = (cells: readonly string[]) => cells.map((cell) => quoted(harmless(cell))).join(",");
  return `${[line(head), ...rows.map((row) => line(row.map(cellText)))].join("\r\n")}\r\n`;
}

/**
 * An apostrophe before all that a spreadsheet might take for a formula, and run: at the beginning of a cell, and where one that
 * splits at semicolons, tabs or lines begins another; as in the server's exports. Plain negative numbers are none.
 */
function harmless(cell: string): string {
  if (/^-\d+(\.\d+)?$/.test(cell)) return cell;
  const within = cell.replace(/([;\t\r\n])(?="*[=+\-@＝＋－＠])/g, "$1'");
  return /^(?:"*[=+\-@＝＋－＠]|[\t\r\n])/.test(within) ? `'${within}` : within;
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
