import { useEffect, useState } from "preact/hooks";

/** How many rows are made at a time: a table of everything could be larger than a browser likes. */
const ROWS_AT_ONCE = 100;

type Cell = string | number;

export type ChartTableProps = {
  /** What the table is of, for a screen reader. */
  caption: string;
  titles: readonly string[];
  /** Called when the table is opened. */
  rows(): readonly (readonly Cell[])[];
  /** Hears how many rows are shown of an open table, 0 when it is closed: only they need their numbers. */
  onShown?(rows: number): void;
};

/** The numbers of a chart as a table, made only when somebody opens it. */
export function ChartTable(props: ChartTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details
      class="chart-table"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (!event.currentTarget.open) props.onShown?.(0);
      }}
    >
      <summary>Show as table</summary>
      {open && <Rows {...props} />}
    </details>
  );
}

function Rows({ caption, titles, rows, onShown }: ChartTableProps) {
  const [shown, setShown] = useState(ROWS_AT_ONCE);
  const all = rows();
  useEffect(() => onShown?.(shown), [shown, onShown]);
  return (
    // Scrolls by itself on a narrow screen, so the keyboard must reach it.
    <section
      class="chart-table-scroll"
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls
      tabIndex={0}
    >
      <table>
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.slice(0, shown).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th key={titles[column]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={titles[column]}>
                    {typeof cell === "number" ? cell.toLocaleString("en") : cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > shown && (
        <button type="button" class="button" onClick={() => setShown(shown + ROWS_AT_ONCE)}>
          Show {Math.min(ROWS_AT_ONCE, all.length - shown)} more of{" "}
          {all.length.toLocaleString("en")}
        </button>
      )}
    </section>
  );
}
