/** Rows as lines of aligned columns under their titles; columns of numbers are aligned at the right. */
export function renderTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const lines = [titles, ...rows].map((row) =>
    titles.map((_, column) => String(row[column] ?? "")),
  );
  const widths = titles.map((_, column) =>
    Math.max(...lines.map((line) => width(line[column] as string))),
  );
  const isNumber = titles.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const gap = " ".repeat((widths[column] as number) - width(cell));
          return isNumber[column] ? gap + cell : cell + gap;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Facts as lines of a name and a value. */
export function renderFacts(facts: readonly (readonly [string, string | number])[]): string {
  const longest = Math.max(...facts.map(([name]) => width(name)));
  return facts.map(([name, value]) => `${name.padEnd(longest)}  ${value}`.trimEnd()).join("\n");
}

function width(text: string): number {
  return [...text].length;
}
