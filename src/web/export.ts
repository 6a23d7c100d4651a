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
import { issuesOf, processFull } from "./problem.ts";
import { queryOf } from "./query.ts";
import { chosenEncoding } from "./representation.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export type ExportSource = (
  request: ExportActivationsRequestOutput,
  signal: AbortSignal,
) => AsyncIterable<ExportActivationsResponse>;

/** Each reads from the database for as long as it takes. */
const MAX_EXPORTS = 8;
/** Nothing moved for so long: whoever wanted the file has stopped reading. */
const STALLED_MS = 120_000;

const FORMATS: { ending: string; format: ExportFormat; type: string }[] = [
  { ending: "csv", format: "CSV", type: "text/csv; charset=utf-8; header=present" },
  { ending: "ndjson", format: "NDJSON", type: "application/x-ndjson; charset=utf-8" },
];

/**
 * `GET /v1/activations.csv` and `.ndjson`: every activation that the filters leave, as a file. It is read as fast as the
 * client takes it. What fails on the way breaks the connection, so that a part never looks like the whole.
 */
export function addExport(
  app: FastifyInstance,
  options: { source: ExportSource; stopping: AbortSignal; maxExports?: number },
): void {
  const { source, stopping, maxExports = MAX_EXPORTS } = options;
  let open = 0;
  for (const { ending, format, type } of FORMATS) {
    app.get(`/v1/activations.${ending}`, { exposeHeadRoute: false }, async (request, reply) => {
      const wanted = exportRequest(request, format);
      if (open >= maxExports) throw processFull("exports");
      open += 1;
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      try {
        const signal = AbortSignal.any([gone.signal, stopping]);
        const headers = { "content-type": type, "content-disposition": fileName(wanted, ending) };
        await send(request, reply, whole(source(wanted, signal), signal), headers);
      } finally {
        gone.abort();
        open -= 1;
      }
      return reply;
    });
  }
}

/** A source that is told to stop may just end, and what it has said would look like all. */
async function* whole<Piece>(
  pieces: AsyncIterable<Piece>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  yield* pieces;
  signal.throwIfAborted();
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  pieces: AsyncIterable<ExportActivationsResponse>,
  headers: Record<string, string>,
): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    // Until the first piece is there, a refusal can still be told.
    const first = await iterator.next();
    const isZipped = chosenEncoding(request.headers["accept-encoding"]) !== undefined;
    reply.hijack();
    const response = reply.raw;
    response.setTimeout(STALLED_MS, () => response.destroy());
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      ...headers,
      ...(isZipped ? { "content-encoding": "gzip" } : {}),
      vary: "accept-encoding",
      "cache-control": "no-store",
    });
    const source = Readable.from(bytesFrom(first, iterator), { objectMode: false });
    if (isZipped) await pipeline(source, createGzip({ level: constants.Z_BEST_SPEED }), response);
    else await pipeline(source, response);
  } catch (error) {
    if (!reply.sent) throw error;
    // The pipeline has broken the connection.
    const isGone = (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE";
    if (!isGone) reply.log.warn({ err: error }, "an export ended early");
  } finally {
    await iterator.return?.();
  }
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
