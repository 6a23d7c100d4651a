import { type MessageIn, type MessageName, toJson } from "slimmer-grpc";
import { EXIT } from "../../processes/exit-codes.ts";
import { type Column, createTable } from "../output/columns.ts";
import { csvLine } from "../output/csv-lines.ts";
import { note } from "../output/output-option.ts";
import { createSink } from "../output/sink.ts";
import type { ListOutput } from "./list-options.ts";
import type { Page } from "./pages.ts";

/** How the rows of a list are printed, in each of the formats. */
export type Shape<Row> = {
  /** The list's field in its answer, and the type of one of its rows. */
  readonly field: string;
  readonly message: MessageName;
  /** "systems", for people. */
  readonly nouns: string;
  readonly table: readonly Column<Row>[];
  readonly csv: readonly (readonly [string, (row: Row) => string | number | boolean])[];
};

/** What is printed at once: widths of a table are those of so many rows. */
const PIECE = 1_000;

/** Prints pages as they come; resolves with the exit code. Says so where there are more rows than were asked for. */
export async function printList<Row extends object>(
  pages: AsyncIterable<Page<Row>>,
  shape: Shape<Row>,
  output: ListOutput,
): Promise<number> {
  const sink = createSink(process.stdout);
  const printer = printerOf(shape, output);
  let waiting: Row[] = [];
  let printed = 0;
  let token = "";
  const flush = async () => {
    const text = printer.rows(waiting);
    printed += waiting.length;
    waiting = [];
    return text === "" || sink.write(text);
  };
  for await (const page of pages) {
    token = page.nextPageToken;
    waiting.push(...page.rows);
    if (waiting.length >= PIECE && !(await flush())) return EXIT.ok;
  }
  const isEmpty = printed + waiting.length === 0;
  if (!(await flush()) || !(await sink.write(printer.end(token)))) return EXIT.ok;
  if (isEmpty && output === "table") note(`no ${shape.nouns}`);
  else if (token !== "") note(`there are more ${shape.nouns}: --limit 0 shows all`);
  return EXIT.ok;
}

type Printer<Row> = { rows(rows: readonly Row[]): string; end(token: string): string };

function printerOf<Row extends object>(shape: Shape<Row>, output: ListOutput): Printer<Row> {
  if (output === "json") return jsonPrinter(shape);
  if (output === "csv") return csvPrinter(shape);
  const table = createTable(shape.table);
  return { rows: (rows) => (rows.length === 0 ? "" : table.lines(rows)), end: () => "" };
}

/** One document with the fields of the answer, however many pages it took; it never is in memory as a whole. */
function jsonPrinter<Row extends object>({ field, message }: Shape<Row>): Printer<Row> {
  let count = 0;
  const open = `{"${field}":[`;
  return {
    rows(rows) {
      let text = "";
      for (const row of rows) {
        text += `${count === 0 ? open : ","}\n${toJson(message, row as MessageIn<MessageName>)}`;
        count += 1;
      }
      return text;
    },
    end: (token) => `${count === 0 ? open : "\n"}],"next_page_token":${JSON.stringify(token)}}\n`,
  };
}

function csvPrinter<Row>({ csv }: Shape<Row>): Printer<Row> {
  let head = csvLine(csv.map(([title]) => title));
  return {
    rows(rows) {
      const text = head + rows.map((row) => csvLine(csv.map(([, cell]) => cell(row)))).join("");
      head = "";
      return text;
    },
    end: () => head,
  };
}
