/** Which rows and columns of a grid are in sight, the last one excluded. */
export type HeatWindow = { rowFrom: number; rowTo: number; columnFrom: number; columnTo: number };

/** The shape of the grid: its cells are `cellWidth` × `rowHeight`, and `rows` × `columns` of them. */
export type HeatGrid = { rows: number; columns: number; cellWidth: number; rowHeight: number };

/** The cells that a view of so many pixels, scrolled so far, touches: only they are drawn. */
export function heatWindow(
  grid: HeatGrid,
  view: { left: number; top: number; width: number; height: number },
): HeatWindow {
  const { rows, columns, cellWidth, rowHeight } = grid;
  return {
    rowFrom: clamp(Math.floor(view.top / rowHeight), rows),
    rowTo: clamp(Math.ceil((view.top + view.height) / rowHeight), rows),
    columnFrom: clamp(Math.floor(view.left / cellWidth), columns),
    columnTo: clamp(Math.ceil((view.left + view.width) / cellWidth), columns),
  };
}

/** The cell under a point of the grid, or undefined beside it. */
export function heatCellAt(
  { rows, columns, cellWidth, rowHeight }: HeatGrid,
  x: number,
  y: number,
): { row: number; column: number } | undefined {
  const row = Math.floor(y / rowHeight);
  const column = Math.floor(x / cellWidth);
  if (row < 0 || row >= rows || column < 0 || column >= columns) return undefined;
  return { row, column };
}

/** Where a key moves the cursor of a grid; undefined for other keys. */
export function heatMove(
  key: string,
  at: { row: number; column: number },
  grid: { rows: number; columns: number },
  page: number,
): { row: number; column: number } | undefined {
  const moves: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-page, 0],
    PageDown: [page, 0],
    Home: [0, -grid.columns],
    End: [0, grid.columns],
  };
  const move = moves[key];
  if (!move) return undefined;
  return {
    row: Math.min(grid.rows - 1, Math.max(0, at.row + move[0])),
    column: Math.min(grid.columns - 1, Math.max(0, at.column + move[1])),
  };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
