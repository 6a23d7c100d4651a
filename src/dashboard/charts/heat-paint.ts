import type { HeatGrid, HeatWindow } from "./heat-window.ts";
import type { ChartColours } from "./theme.ts";

export const HEADER_HEIGHT = 26;
export const ROW_HEIGHT = 18;

/** All that a picture of the visible part of a heat map is made of. */
export type HeatPicture = {
  grid: HeatGrid;
  seen: HeatWindow;
  /** How far the grid is scrolled, and how large the canvas is. */
  view: { left: number; top: number; width: number; height: number };
  labelWidth: number;
  label(row: number): string;
  /** 0 to 6; undefined where the count is not known yet. */
  colour(row: number, column: number): number | undefined;
  days: readonly { column: number; columns: number; long: string; short: string }[];
  cursor: { row: number; column: number } | undefined;
  hovered: { row: number; column: number } | undefined;
  colours: ChartColours;
  heat: readonly string[];
  font: string;
};

/** Draws the visible cells, the names before them and the days above them. */
export function paintHeat(canvas: HTMLCanvasElement, picture: HeatPicture): void {
  const { view, colours } = picture;
  const scale = devicePixelRatio || 1;
  const width = Math.round(view.width * scale);
  const height = Math.round(view.height * scale);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.font = picture.font;
  context.textBaseline = "middle";

  context.save();
  context.beginPath();
  context.rect(picture.labelWidth, HEADER_HEIGHT, view.width, view.height);
  context.clip();
  paintCells(context, picture);
  context.restore();

  paintDays(context, picture);
  paintLabels(context, picture);
  context.fillStyle = colours.line;
  context.fillRect(0, HEADER_HEIGHT - 1, view.width, 1);
}

function paintCells(context: CanvasRenderingContext2D, picture: HeatPicture): void {
  const { grid, seen, heat, colours } = picture;
  const gap = grid.cellWidth >= 5 ? 1 : 0;
  for (let row = seen.rowFrom; row < seen.rowTo; row += 1) {
    const y = yOf(picture, row);
    if (row === picture.hovered?.row || row === picture.cursor?.row) {
      context.fillStyle = colours.line;
      context.globalAlpha = 0.5;
      context.fillRect(picture.labelWidth, y, picture.view.width, grid.rowHeight);
      context.globalAlpha = 1;
    }
    if (picture.colour(row, seen.columnFrom) === undefined) {
      context.fillStyle = colours.line;
      context.globalAlpha = 0.5;
      context.fillRect(picture.labelWidth, y + grid.rowHeight / 2 - 2, picture.view.width, 4);
      context.globalAlpha = 1;
      continue;
    }
    for (let column = seen.columnFrom; column < seen.columnTo; column += 1) {
      const colour = picture.colour(row, column);
      if (!colour) continue;
      const x = xOf(picture, column);
      const next = xOf(picture, column + 1);
      context.fillStyle = heat[colour] as string;
      context.fillRect(x, y + 1, Math.max(1, next - x - gap), grid.rowHeight - 2);
    }
  }
  for (const cell of [picture.hovered, picture.cursor]) {
    if (!cell) continue;
    const x = xOf(picture, cell.column);
    const width = Math.max(3, xOf(picture, cell.column + 1) - x - gap);
    context.strokeStyle = colours.text;
    context.lineWidth = cell === picture.cursor ? 2 : 1;
    context.strokeRect(x - 0.5, yOf(picture, cell.row) + 0.5, width + 1, grid.rowHeight - 1);
  }
}

function paintDays(context: CanvasRenderingContext2D, picture: HeatPicture): void {
  const { view, colours } = picture;
  for (const { column, columns, long, short } of picture.days) {
    const x = xOf(picture, column);
    const end = xOf(picture, column + columns);
    if (end < picture.labelWidth || x > view.width) continue;
    if (column > 0 && x >= picture.labelWidth) {
      context.fillStyle = colours.line;
      context.fillRect(x - 1, 4, 1, view.height);
    }
    // The name of a day stays in sight while any of the day is.
    const from = Math.max(x, picture.labelWidth) + 5;
    const words = [long, short].find((text) => context.measureText(text).width < end - from - 2);
    if (words === undefined) continue;
    context.fillStyle = colours.muted;
    context.fillText(words, from, HEADER_HEIGHT / 2);
  }
}

function paintLabels(context: CanvasRenderingContext2D, picture: HeatPicture): void {
  const { grid, seen, colours, labelWidth } = picture;
  context.save();
  context.beginPath();
  context.rect(0, HEADER_HEIGHT, labelWidth, picture.view.height);
  context.clip();
  for (let row = seen.rowFrom; row < seen.rowTo; row += 1) {
    const strong = row === picture.hovered?.row || row === picture.cursor?.row;
    context.fillStyle = strong ? colours.text : colours.muted;
    context.fillText(
      fitText(picture.label(row), labelWidth - 12, (text) => context.measureText(text).width),
      0,
      yOf(picture, row) + grid.rowHeight / 2 + 0.5,
    );
  }
  context.restore();
}

/** The text, or as much of its beginning and of its end as fits, with an ellipsis between. */
export function fitText(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  const letters = [...text];
  let low = 1;
  let high = letters.length - 1;
  const cut = (kept: number) => {
    const tail = Math.floor(kept * 0.4);
    return `${letters.slice(0, kept - tail).join("")}…${tail > 0 ? letters.slice(-tail).join("") : ""}`;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(cut(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/** Whole pixels, so that neighbours touch without a seam. */
function xOf({ grid, view, labelWidth }: HeatPicture, column: number): number {
  return labelWidth + Math.round(column * grid.cellWidth) - view.left;
}

function yOf({ grid, view }: HeatPicture, row: number): number {
  return HEADER_HEIGHT + row * grid.rowHeight - view.top;
}
