import { type StoredActivationOutput, toJson } from "slimmer-grpc";
import { EXIT } from "../../../processes/exit-codes.ts";
import type { Connection } from "../../connection/connection-options.ts";
import { createTable } from "../../output/columns.ts";
import { csvLine } from "../../output/csv-lines.ts";
import { note } from "../../output/output-option.ts";
import { createSink, type Sink } from "../../output/sink.ts";
import { ACTIVATION_COLUMNS, ACTIVATION_CSV } from "../activations.ts";
import { leaveUnread, listenForEnd, whileNotEnded } from "../end-signal.ts";
import type { Filters } from "../filters.ts";
import type { ListOutput } from "../list-options.ts";
import type { ReaderConnection } from "../reader-connection.ts";
import { withReader } from "../with-reader.ts";
import { writeCursorFile } from "./cursor-file.ts";
import { CursorExpired, follow } from "./follow.ts";
import { createRecentIds } from "./recent-ids.ts";

export type WatchWish = {
  readonly filters: Omit<Filters, "since" | "until">;
  /** Empty: from now on. */
  readonly cursor: string;
  readonly recent: number;
  readonly cursorFile: string | undefined;
  readonly fromNowIfExpired: boolean;
};

/** Far more than a server sends again after a cursor. */
const REMEMBERED = 50_000;

/** `slimmer watch`: activations as they are stored, until Ctrl-C; resolves with the exit code. */
export function watchActivations(
  connection: Connection,
  wish: WatchWish,
  output: ListOutput,
): Promise<number> {
  return withReader(connection, async (reader) => {
    const end = listenForEnd();
    const sink = createSink(process.stdout);
    try {
      await print(reader, wish, printerOf(output), sink, end.signal);
      return end.signal.aborted ? leaveUnread(EXIT.ok) : EXIT.ok;
    } catch (error) {
      if (!(error instanceof CursorExpired)) throw error;
      note(
        `the cursor has expired: ${error.message}. --from-now-if-expired goes on with what comes now; slimmer export has what is stored`,
      );
      return EXIT.expired;
    } finally {
      end.dispose();
    }
  });
}

/** A cursor is kept once what came before it was written out: what is interrupted comes again, and nothing is missed. */
async function print(
  reader: ReaderConnection,
  { filters, cursor, recent, cursorFile, fromNowIfExpired }: WatchWish,
  printer: (activations: readonly StoredActivationOutput[]) => string,
  sink: Sink,
  ended: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([ended, sink.closed]);
  const ids = createRecentIds(REMEMBERED);
  const request = { ...filters, cursor, recent };
  const messages = follow(reader, request, { signal, fromNowIfExpired, say: note });
  let kept = cursor;
  for await (const message of messages) {
    const fresh = message.activations.filter((one) => ids.isNew(keyOf(one)));
    const text = printer(fresh);
    if (text !== "" && !(await whileNotEnded(ended, sink.write(text)))) return;
    if (cursorFile !== undefined && message.cursor !== kept) {
      kept = message.cursor;
      await writeCursorFile(cursorFile, kept);
    }
  }
}

/** Clients choose the ids, which are unique within a system only. */
function keyOf({ system_id: system, activation_id: id }: StoredActivationOutput): string {
  return `${id} ${system}`;
}

function printerOf(output: ListOutput): (activations: readonly StoredActivationOutput[]) => string {
  if (output === "json") {
    return (rows) => rows.map((row) => `${toJson("StoredActivation", row)}\n`).join("");
  }
  if (output === "csv") {
    let head = csvLine(ACTIVATION_CSV.map(([title]) => title));
    return (rows) => {
      const lines = rows.map((row) => csvLine(ACTIVATION_CSV.map(([, cell]) => cell(row))));
      const text = head + lines.join("");
      head = "";
      return text;
    };
  }
  const table = createTable(ACTIVATION_COLUMNS);
  return (rows) => (rows.length === 0 ? "" : table.lines(rows));
}
