import type { ExportActivationsRequestOutput, ExportActivationsResponse } from "slimmer-grpc";
import { processFull } from "../domain/refusals.ts";

export type ExportSource = (
  request: ExportActivationsRequestOutput,
  signal: AbortSignal,
) => AsyncIterable<ExportActivationsResponse>;

/** Each reads from the database for as long as it takes. */
const MAX_EXPORTS = 8;
/** Clients take messages of 4 MiB, and a slow one must have taken a piece within a minute; a file ends a piece anywhere. */
const PIECE_BYTES = 64 * 1024;

/** The same exports in small pieces, and so many of them at a time. */
export function boundedExports(source: ExportSource, maxExports = MAX_EXPORTS): ExportSource {
  let open = 0;
  return async function* exportActivations(request, signal) {
    if (open >= maxExports) throw processFull("exports");
    open += 1;
    try {
      yield* inPieces(source(request, signal));
    } finally {
      open -= 1;
    }
  };
}

async function* inPieces(
  file: AsyncIterable<ExportActivationsResponse>,
): AsyncGenerator<ExportActivationsResponse> {
  let rowsBefore = 0;
  for await (const { data, rows = 0 } of file) {
    const bytes = data as Buffer;
    let start = 0;
    for (; bytes.length - start > PIECE_BYTES; start += PIECE_BYTES) {
      yield { data: bytes.subarray(start, start + PIECE_BYTES), rows: rowsBefore };
    }
    rowsBefore = Number(rows);
    yield { data: bytes.subarray(start), rows: rowsBefore };
  }
}
