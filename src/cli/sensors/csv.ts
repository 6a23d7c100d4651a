export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/** The rows of a CSV text (RFC 4180) with the numbers of their first lines; empty lines are none. */
export function parseCsv(text: string): {
  rows: CsvRow[];
  problem?: { line: number; text: string };
} {
  const rows: CsvRow[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const startLine = line;
    const cells: string[] = [];
    let isOpen = true;
    while (isOpen) {
      let cell = "";
      if (text[at] === '"') {
        at += 1;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0) {
            return {
              rows,
              problem: { line: startLine, text: "a quote is opened and never closed" },
            };
          }
          cell += text.slice(at, end);
          at = end + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at += 1;
        }
        line += cell.split("\n").length - 1;
        if (!/^(?:,|\r?\n|$)/.test(text.slice(at, at + 2))) {
          return { rows, problem: { line, text: "there is something behind a closing quote" } };
        }
      } else {
        const end = text.slice(at).search(/,|\r?\n|$/);
        cell = text.slice(at, at + end);
        at += end;
      }
      cells.push(cell);
      isOpen = text[at] === ",";
      if (isOpen) at += 1;
    }
    at += text[at] === "\r" ? 2 : 1;
    line += 1;
    if (cells.length > 1 || cells[0]?.trim()) rows.push({ line: startLine, cells });
  }
  return { rows };
}
