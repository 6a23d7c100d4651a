import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { useQuery } from "../router/location.ts";
import { countWords } from "./number-words.ts";
import { reachWords } from "./reach-words.ts";
import { useRowWindow } from "./row-window.ts";
import { TableExport } from "./table-export.tsx";
import {
  filterRows,
  formatOrder,
  nextOrder,
  parseOrder,
  sortRows,
  type Value,
} from "./table-order.ts";
import { cellText } from "./table-text.ts";

export type Column<T> = {
  /** Its name in the address. */
  key: string;
  title: string;
  /** What it holds: sorted, filtered and copied by this. */
  value: (row: T) => Value;
  /** How it looks, where that is more than the value. */
  cell?: (row: T) => ComponentChildren;
  /** Figures stand at the end. */
  align?: "end";
  /** What the title means. */
  hint?: string;
  class?: string;
};

/** A table of which only the first rows are loaded. */
export type More<T> = {
  hasMore: boolean;
  loading: boolean;
  /** Loads some more; not there where a list around the table does. */
  load?: () => void;
  /** Loads all rows, to be copied and saved; not there where they are too many for that. */
  all?: (onProgress: (count: number) => void) => Promise<{ rows: T[]; isWhole: boolean }>;
};

type Props<T> = {
  /** What the table is, for screen readers: "sensors". */
  label: string;
  /** Its name in the address, unless it is the only one: "sensors" → ?sensors.sort=name. */
  name: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Where Enter and a click lead. */
  href?: (row: T) => string | undefined;
  rowClass?: (row: T) => string | undefined;
  /** The name of the file to save; default: the name. */
  file?: string;
  /** A filter box, by default where there are more than a few rows. */
  filterable?: boolean;
  /** Stands in the tools of the table, before the filter. */
  tools?: ComponentChildren;
  empty?: ComponentChildren;
  more?: More<T> | undefined;
  /** Where the server has all rows as CSV, if it has. */
  csvHref?: string;
};

const FEW = 8;

/** Rows that can be sorted, filtered, copied and saved; order and filter are in the address. */
export function Table<T>(props: Props<T>) {
  const { label, name, columns, rows, rowKey, href, rowClass, tools, empty, more } = props;
  const [sort, setSort] = useQuery(`${name}.sort`);
  const [filter, setFilter] = useQuery(`${name}.filter`);
  const order = parseOrder(sort);
  const body = useRef<HTMLTableSectionElement>(null);

  const arrange = (some: readonly T[]) => {
    const matching = filterRows(
      some,
      (row) => columns.map((column) => cellText(column.value(row))).join(" "),
      filter,
    );
    const column = columns.find(({ key }) => key === order?.key);
    return column && order ? sortRows(matching, column.value, order.down) : matching;
  };
  const shown = useMemo(() => arrange(rows), [rows, columns, filter, sort]);

  const range = useRowWindow(body, shown.length);
  const filterable = props.filterable ?? (rows.length > FEW || filter !== "");

  if (rows.length === 0 && empty) {
    return (
      <>
        {tools && <div class="table-tools">{tools}</div>}
        {empty}
      </>
    );
  }

  return (
    <div class="table-frame">
      <div class="table-tools">
        {tools}
        <span class="gap" />
        {filterable && (
          <input
            type="search"
            class="field"
            placeholder={`filter ${label}`}
            aria-label={`filter ${label}`}
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        )}
        <span class="faint num" aria-live="polite">
          {reachWords({
            shown: shown.length,
            loaded: rows.length,
            hasMore: more?.hasMore ?? false,
            isFiltered: filter !== "",
            isSorted: order !== undefined,
          })}
        </span>
        <TableExport
          columns={columns}
          shown={shown}
          arrange={arrange}
          more={more}
          file={props.file ?? name}
          csvHref={props.csvHref}
        />
      </div>
      <table class="table" aria-label={label} aria-rowcount={shown.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => {
              const current = order?.key === column.key ? order : undefined;
              const isFigure = typeof firstValue(rows, column) !== "string";
              return (
                <th
                  key={column.key}
                  scope="col"
                  class={classes(column.align, column.class)}
                  aria-sort={current ? (current.down ? "descending" : "ascending") : undefined}
                >
                  <button
                    type="button"
                    data-tip={column.hint}
                    onClick={() => setSort(formatOrder(nextOrder(order, column.key, isFigure)))}
                  >
                    {column.title}
                    <span class="arrow" aria-hidden="true">
                      {current ? (current.down ? "↓" : "↑") : ""}
                    </span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body}>
          {range.before > 0 && <Room height={range.before} columns={columns.length} />}
          {shown.slice(range.from, range.to).map((row, index) => (
            <Row
              key={rowKey(row)}
              row={row}
              columns={columns}
              href={href?.(row)}
              class={rowClass?.(row)}
              index={range.from + index + 2}
            />
          ))}
          {range.after > 0 && <Room height={range.after} columns={columns.length} />}
        </tbody>
      </table>
      {shown.length === 0 && <p class="faint none">Nothing matches “{filter}”.</p>}
      {more?.hasMore && more.load && (
        <button type="button" class="button more" disabled={more.loading} onClick={more.load}>
          {more.loading ? "loading…" : "load more"}
        </button>
      )}
    </div>
  );
}

type RowProps<T> = {
  row: T;
  columns: readonly Column<T>[];
  href: string | undefined;
  class: string | undefined;
  index: number;
};

function Row<T>({ row, columns, href, class: name, index }: RowProps<T>) {
  const open = (event: MouseEvent) => {
    const target = event.target as Element;
    if (target.closest("a, button, input") || String(getSelection())) return;
    (event.currentTarget as Element).querySelector<HTMLAnchorElement>("a[data-nav]")?.click();
  };
  return (
    <tr
      data-row
      class={classes(href && "opens", name)}
      aria-rowindex={index}
      {...(href ? { onClick: open } : { tabIndex: -1, "data-nav": true })}
    >
      {columns.map((column, at) => {
        const content = column.cell ? column.cell(row) : plain(column.value(row));
        return (
          <td
            key={column.key}
            data-label={column.title}
            class={classes(column.align, column.class)}
          >
            {at === 0 && href ? (
              <a href={href} data-nav>
                {content}
              </a>
            ) : (
              <div class="cell">{content}</div>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Room({ height, columns }: { height: number; columns: number }) {
  return (
    <tr class="room">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

function plain(value: Value): string {
  if (typeof value === "number") return countWords(value);
  return cellText(value);
}

function firstValue<T>(rows: readonly T[], column: Column<T>): Value {
  for (const row of rows) {
    const value = column.value(row);
    if (value !== undefined) return value;
  }
  return undefined;
}

function classes(...names: (string | undefined | false)[]): string | undefined {
  return names.filter(Boolean).join(" ") || undefined;
}
