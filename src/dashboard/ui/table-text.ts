import type { Value } from "./table-order.ts";

/** A cell as text: times in ISO 8601, numbers bare, so that other programs can read them. */
export function cellText(value: Value): string {
  if (value === undefined) return "";
  return value instanceof Date ? value.toISOString() : String(value);
}

/** For pasting into a spreadsheet. */
export function toTsv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => safe(cell.replace(/[\t\r\n]+/g, " "))).join("\t");
  return [line(head), ...rows.map((row) => line(row.map(cellText)))].join("\n");
}

/** RFC 4180, with a header. */
export function toCsv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  const line = (cells: readonly string[]) => cells.map((cell) => quoted(safe(cell))).join(",");
  return `${[line(head), ...rows.map((row) => line(row.map(cellText)))].join("\r\n")}\r\n`;
}

/** A spreadsheet would take it for a formula, and run it. Plain negative numbers are none. */
function safe(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
