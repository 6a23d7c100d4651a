/** Rows of text as aligned columns; figures (and what looks like them) to the right. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, place) => {
      widths[place] = Math.max(widths[place] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, place) => {
        const width = widths[place] ?? 0;
        return /^[-+<>≥≤]?[\d,.]+( ?[a-zA-Zµ%×/]+)?$/.test(cell)
          ? cell.padStart(width)
          : cell.padEnd(width);
      });
      return `${indent}${cells.join("  ")}`.trimEnd();
    })
    .join("\n");
}
