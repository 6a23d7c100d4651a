import { useState } from "preact/hooks";
import { CopyButton } from "./copy-button.tsx";
import { saveText } from "./download.ts";
import { countWords } from "./number-words.ts";
import type { Column, More } from "./table.tsx";
import { toCsv, toTsv } from "./table-text.ts";

type Props<T> = {
  columns: readonly Column<T>[];
  /** Those that are loaded, filtered and in order. */
  shown: readonly T[];
  /** Filters and sorts as the table does. */
  arrange: (rows: readonly T[]) => readonly T[];
  more: More<T> | undefined;
  /** The name of the file, without its ending. */
  file: string;
  /** Where the server has the whole as CSV. */
  csvHref: string | undefined;
};

/** Takes the rows of a table elsewhere: all there are, though only the first of them are on the screen. */
export function TableExport<T>({ columns, shown, arrange, more, file, csvHref }: Props<T>) {
  const [says, setSays] = useState("");
  const loadAll = more?.hasMore ? more.all : undefined;

  const collect = async (load: NonNullable<typeof loadAll>): Promise<readonly T[]> => {
    setSays("loading the rest…");
    try {
      const { rows, isWhole } = await load((count) =>
        setSays(`loading the rest, ${countWords(count)} rows so far…`),
      );
      setSays(isWhole ? "" : `only the first ${countWords(rows.length)}: there are more`);
      return arrange(rows);
    } catch (error) {
      setSays("the rest could not be loaded");
      throw error;
    }
  };
  const head = columns.map(({ title }) => title);
  const text = (write: typeof toCsv) => (rows: readonly T[]) =>
    write(
      head,
      rows.map((row) => columns.map(({ value }) => value(row))),
    );
  const copy = () => (loadAll ? collect(loadAll).then(text(toTsv)) : text(toTsv)(shown));
  const save = async () => {
    const rows = loadAll ? await collect(loadAll).catch(() => undefined) : shown;
    if (rows) saveText(`${file}.csv`, "text/csv", text(toCsv)(rows));
  };
  // Where the rest is too much to be copied, the button says what it copies.
  const isPart = more?.hasMore && !more.all;
  return (
    <>
      <span class="faint num" aria-live="polite">
        {says}
      </span>
      <CopyButton
        class="quiet-button"
        text={copy}
        label={isPart ? `copy these ${countWords(shown.length)}` : "copy"}
      />
      {csvHref ? (
        <a
          class="quiet-button"
          href={csvHref}
          download={`${file}.csv`}
          data-tip="all of them, not only those that are loaded"
        >
          CSV
        </a>
      ) : (
        <button type="button" class="quiet-button" onClick={save}>
          CSV
        </button>
      )}
    </>
  );
}
