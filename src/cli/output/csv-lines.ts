import { csvCell } from "../../kit/csv-cell.ts";

/** One line of CSV (RFC 4180), without a formula for a spreadsheet, as in exports. */
export function csvLine(cells: readonly (string | number | boolean)[]): string {
  const texts = cells.map((cell) => (typeof cell === "string" ? csvCell(cell) : String(cell)));
  return `${texts.join(",")}\r\n`;
}
