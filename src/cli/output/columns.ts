import { type Colour, painter } from "./colours.ts";
import { printable } from "./printable.ts";

/** A column of a table for people. */
export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  readonly colour?: (row: Row) => Colour | undefined;
};

/** A table that is printed piece by piece: the widths of what was printed before are kept. */
export type Table<Row> = {
  /** Lines with their ends; the first piece begins with the titles. */
  lines(rows: readonly Row[]): string;
};

type Screen = { readonly isTTY?: boolean; readonly columns?: number };

const GAP = 2;
const NARROWEST = 8;

/** On a terminal, cells are cut so that no line is longer than it is wide; elsewhere nothing is cut. */
export function createTable<Row>(
  columns: readonly Column<Row>[],
  stream: Screen = process.stdout,
  { hasTitles = true }: { hasTitles?: boolean } = {},
): Table<Row> {
  const paint = painter({ isTTY: stream.isTTY === true });
  const widths = columns.map(({ title }) => (hasTitles ? title.length : 0));
  let isBegun = !hasTitles;

  function line(cells: readonly string[], shown: readonly number[], row: Row | undefined): string {
    const last = cells.length - 1;
    const parts = cells.map((cell, at) => {
      const { isNumber, colour } = columns[at] as Column<Row>;
      const text = cut(cell, shown[at] as number);
      const gap = " ".repeat((shown[at] as number) - [...text].length);
      const hue = row === undefined ? "dim" : colour?.(row);
      const painted = hue && text ? paint(hue, text) : text;
      if (isNumber) return gap + painted;
      return at === last ? painted : painted + gap;
    });
    return `${parts.join(" ".repeat(GAP)).trimEnd()}\n`;
  }

  return {
    lines(rows) {
      const cells = rows.map((row) => columns.map(({ cell }) => printable(cell(row))));
      for (const row of cells) {
        for (const [at, cell] of row.entries()) {
          widths[at] = Math.max(widths[at] as number, [...cell].length);
        }
      }
      const shown = stream.isTTY ? narrowed(widths, stream.columns || 80) : widths;
      const titles = columns.map(({ title }) => title);
      const head = isBegun ? "" : line(titles, shown, undefined);
      isBegun = true;
      return head + cells.map((row, at) => line(row, shown, rows[at])).join("");
    },
  };
}

/** The widest columns give first, so that short ones stay whole. */
function narrowed(widths: readonly number[], screen: number): number[] {
  const shown = [...widths];
  let over = shown.reduce((sum, width) => sum + width + GAP, -GAP) - screen;
  while (over > 0) {
    const widest = shown.indexOf(Math.max(...shown));
    if ((shown[widest] as number) <= NARROWEST) break;
    shown[widest] = (shown[widest] as number) - 1;
    over -= 1;
  }
  return shown;
}

function cut(text: string, width: number): string {
  const signs = [...text];
  return signs.length <= width ? text : `${signs.slice(0, Math.max(0, width - 1)).join("")}…`;
}
