import type { ExportActivationsResponseOutput, ExportFormat } from "slimmer-grpc";
import { EXIT } from "../../processes/exit-codes.ts";
import { reportFailure } from "../../processes/report-failure.ts";
import type { Connection } from "../connection/connection-options.ts";
import { note } from "../output/output-option.ts";
import { createProgress } from "../output/progress.ts";
import { createSink } from "../output/sink.ts";
import { bytesText, countText, numberText } from "../output/units.ts";
import { leaveUnread, listenForEnd, whileNotEnded } from "./end-signal.ts";
import { openExportFile } from "./export-file.ts";
import type { Filters } from "./filters.ts";
import { connectToReader, type ReaderConnection } from "./reader-connection.ts";
import { reportRefusal } from "./refusal.ts";

export type ExportWish = {
  readonly filters: Filters;
  readonly format: ExportFormat;
  /** undefined: standard output. */
  readonly file: string | undefined;
};

const PROGRESS_EVERY_MS = 250;

/** `slimmer export`; resolves with the exit code. What breaks on the way never gets the file's name. */
export async function exportActivations(connection: Connection, wish: ExportWish): Promise<number> {
  const reader = connectToReader(connection);
  const end = listenForEnd();
  try {
    return wish.file === undefined
      ? await toStandardOutput(reader, wish, end.signal)
      : await toFile(reader, wish, wish.file, end.signal);
  } finally {
    end.dispose();
    reader.close();
  }
}

async function toStandardOutput(
  reader: ReaderConnection,
  wish: ExportWish,
  signal: AbortSignal,
): Promise<number> {
  const sink = createSink(process.stdout);
  const tally = { rows: 0, bytes: 0 };
  try {
    await receive(reader, wish, sink, signal, tally);
  } catch (error) {
    const code = reportBroken(error, reader, tally, "what was written is not the whole");
    return signal.aborted ? leaveUnread(code) : code;
  }
  return EXIT.ok;
}

async function toFile(
  reader: ReaderConnection,
  wish: ExportWish,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const tally = { rows: 0, bytes: 0 };
  const startedAt = performance.now();
  const target = await openExportFile(file);
  const write = (data: Uint8Array) => target.write(data).then(() => true);
  try {
    await receive(reader, wish, { write }, signal, tally);
    await target.publish();
  } catch (error) {
    await target.discard();
    return reportBroken(error, reader, tally, `${file} is as it was before`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  note(
    `${file}: ${countText(tally.rows, "activation")}, ${bytesText(tally.bytes)}, ${seconds.toFixed(1)} s`,
  );
  return EXIT.ok;
}

/** Takes a piece, and tells whether more can be written. */
type Taker = { write(data: Uint8Array): Promise<boolean> };

type Tally = { rows: number; bytes: number };

class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Writes at the pace of whoever reads, and asks the server for no more than that. Returns early when nobody reads. */
async function receive(
  reader: ReaderConnection,
  { filters, format }: ExportWish,
  sink: Taker,
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  await reader.ready(signal);
  if (signal.aborted) throw new Interrupted();
  const request = { ...filters, format };
  const call = reader.client.export_activations(request, reader.metadata());
  call.on("error", () => {});
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel);
  const progress = createProgress("export");
  const startedAt = performance.now();
  let shownAt = startedAt;
  try {
    for await (const piece of call as AsyncIterable<ExportActivationsResponseOutput>) {
      if (!(await whileNotEnded(signal, sink.write(piece.data)))) break;
      tally.rows = piece.rows;
      tally.bytes += piece.data.length;
      const now = performance.now();
      if (now - shownAt < PROGRESS_EVERY_MS) continue;
      shownAt = now;
      progress.update(tally.rows, undefined, progressText(tally, now - startedAt));
    }
    if (signal.aborted) throw new Interrupted();
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  } finally {
    progress.end();
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

function progressText({ rows, bytes }: Tally, ms: number): string {
  const rate = Math.round((rows * 1_000) / Math.max(1, ms));
  return `${countText(rows, "row")}, ${bytesText(bytes)}, ${numberText(rate)} rows/s`;
}

function reportBroken(
  error: unknown,
  reader: ReaderConnection,
  { rows, bytes }: Tally,
  rest: string,
): number {
  const hasBegun = bytes > 0;
  if (error instanceof Interrupted) {
    note(`interrupted after ${countText(rows, "activation")}: ${rest}`);
    return EXIT.failed;
  }
  const isRefusal = typeof (error as { code?: unknown }).code === "number";
  const code = isRefusal ? reportRefusal(error, reader.address) : reportFailure(error);
  if (hasBegun) note(`the export broke after ${countText(rows, "activation")}: ${rest}`);
  return code;
}
