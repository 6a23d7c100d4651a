import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  type ExportActivationsRequestOutput,
  type ExportActivationsResponse,
  type ExportFormat,
  fromQuery,
} from "slimmer-grpc";
import { invalid } from "../domain/field-checks.ts";
import { goneAway, processFull } from "../domain/refusals.ts";
import { issuesOf } from "./problem.ts";
import { queryOf } from "./query.ts";
import { chosenEncoding } from "./representation.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export type ExportSource = (
  request: ExportActivationsRequestOutput,
  signal: AbortSignal,
) => AsyncIterable<ExportActivationsResponse>;

/** Each reads from the database for as long as it takes. */
const MAX_EXPORTS = 8;
/** What waits for its reader has waited for so long: whoever wanted the file has stopped reading. */
const STALLED_MS = 120_000;

const FORMATS: { ending: string; format: ExportFormat; type: string }[] = [
  { ending: "csv", format: "CSV", type: "text/csv; charset=utf-8; header=present" },
  { ending: "ndjson", format: "NDJSON", type: "application/x-ndjson; charset=utf-8" },
];

export type ExportOptions = {
  source: ExportSource;
  /** Aborted when the process is told to stop; its reason is what an export that has not begun is refused with. */
  stopping: AbortSignal;
  maxExports?: number;
  stalledMs?: number;
};

/**
 * `GET /v1/activations.csv` and `.ndjson`: every activation that the filters leave, as a file. It is read as fast as the
 * client takes it. What fails on the way breaks the connection, so that a part never looks like the whole.
 */
export function addExport(app: FastifyInstance, options: ExportOptions): void {
  const { source, stopping, maxExports = MAX_EXPORTS, stalledMs = STALLED_MS } = options;
  let open = 0;
  for (const { ending, format, type } of FORMATS) {
    app.get(`/v1/activations.${ending}`, { exposeHeadRoute: false }, async (request, reply) => {
      const wanted = exportRequest(request, format);
      if (open >= maxExports) throw processFull("exports");
      open += 1;
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort(goneAway()));
      try {
        const signal = AbortSignal.any([gone.signal, stopping]);
        const headers = { "content-type": type, "content-disposition": fileName(wanted, ending) };
        const pieces = whole(source(wanted, signal), signal);
        await send(request, reply, pieces, { headers, stalledMs });
      } finally {
        gone.abort();
        open -= 1;
      }
      return reply;
    });
  }
}

/**
 * A source that is told to stop may just end, and what it has said would look like all. Whatever it says then is said by
 * the reason of that.
 */
async function* whole<Piece>(
  pieces: AsyncIterable<Piece>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  try {
    yield* pieces;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  signal.throwIfAborted();
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  pieces: AsyncIterable<ExportActivationsResponse>,
  { headers, stalledMs }: { headers: Record<string, string>; stalledMs: number },
): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    // Until the first piece is there, a refusal can still be told.
    const first = await iterator.next();
    const isZipped = chosenEncoding(request.headers["accept-encoding"]) !== undefined;
    reply.hijack();
    const response = reply.raw;
    dropUnread(response, stalledMs);
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      ...headers,
      ...(isZipped ? { "content-encoding": "gzip" } : {}),
      vary: "accept-encoding",
      "cache-control": "no-store",
    });
    // Until there is a row to send, a search may take its time.
    response.flushHeaders();
    const source = Readable.from(bytesFrom(first, iterator), { objectMode: false });
    if (isZipped) await pipeline(source, createGzip({ level: constants.Z_BEST_SPEED }), response);
    else await pipeline(source, response);
  } catch (error) {
    if (!reply.sent) throw error;
    // The pipeline has broken the connection.
    const { code, reason } = error as { code?: unknown; reason?: unknown };
    const isGone = code === "ERR_STREAM_PREMATURE_CLOSE" || reason === "CALL_CANCELLED";
    if (!isGone) reply.log.warn({ err: error }, "an export ended early");
  } finally {
    await iterator.return?.();
  }
}

/** The socket tells when nothing has moved for a while. Only where bytes wait is that the reader's doing, and not the search's. */
function dropUnread(response: ServerResponse, stalledMs: number): void {
  response.setTimeout(stalledMs, () => {
    if (response.writableLength > 0) response.destroy();
    else response.setTimeout(stalledMs);
  });
}

async function* bytesFrom(
  first: IteratorResult<ExportActivationsResponse>,
  rest: AsyncIterator<ExportActivationsResponse>,
): AsyncGenerator<Buffer> {
  for (let piece = first; !piece.done; piece = await rest.next()) {
    const data = piece.value.data ?? "";
    const bytes = typeof data === "string" ? Buffer.from(data, "base64") : Buffer.from(data);
    // An empty chunk would end the stream.
    if (bytes.length > 0) yield bytes;
  }
}

function exportRequest(
  request: FastifyRequest,
  format: ExportFormat,
): ExportActivationsRequestOutput {
  const query = queryOf(request);
  const { message, problems } = fromQuery("ExportActivationsRequest", { query });
  const issues = issuesOf(problems);
  if (query.has("format")) issues.push({ field: "format", problem: "is said by the path" });
  if (issues.length > 0) throw invalid(issues);
  return { ...message, format };
}

/** Says what is in it: `slimmer-greenhouse-20261123T031500Z.csv`. */
function fileName({ system_id }: ExportActivationsRequestOutput, ending: string): string {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const system = system_id.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60) || "activations";
  return `attachment; filename="slimmer-${system}-${now}.${ending}"`;
}
