import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { openApiPath } from "slimmer-grpc";
import type { Reader } from "../reading/reader.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Readiness, readinessAnswer } from "../telemetry/readiness.ts";
import { createAnswers } from "./answers.ts";
import { addApi } from "./api.ts";
import { addExport, type ExportSource } from "./export.ts";
import { addLive, type LiveOptions, type LiveSource } from "./live.ts";
import { createPace } from "./pace.ts";
import { type Page, sendPage } from "./page.ts";
import { type Problem, plainProblem, problemOf } from "./problem.ts";
import { pathOf } from "./query.ts";
import { represent, sendRepresentation } from "./representation.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { wholeRequest } from "./whole-request.ts";

export type WebParts = {
  reader: Reader;
  feed: LiveSource;
  exportActivations: ExportSource;
  page: Page;
  metrics: Metrics;
  log: Logger;
  /** Why this process can't answer now, in words; nothing when it can. */
  readiness: Readiness;
  /** Aborted when the process closes: long answers end, and the reason says why to whom there is still something to say. */
  stopping: AbortSignal;
  /** For tests: other bounds than those of a real process. */
  bounds?: Pick<LiveOptions, "maxLive" | "stalledMs"> & { maxExports?: number };
};

/** A request has to come within this time, its headers and its body. */
const REQUEST_MS = 10_000;
/** Longer than Envoy keeps a connection that does nothing, so that none ends just as Envoy uses it. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** A hundred sensors with the longest names. */
const MAX_BODY_BYTES = 512 * 1024;
/** Where Envoy asks, once a second, whether it may send people here. */
const READINESS = "/readyz";

export type WebApp = FastifyInstance;

/** The HTTP edge: the reading half of the JSON API, live events, files, and the page. It only reads. */
export async function createApp(parts: WebParts): Promise<WebApp> {
  const { log, metrics, page, stopping, bounds = {} } = parts;
  const app: WebApp = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Requests are counted; only what fails is logged.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: REQUEST_MS, maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    forceCloseConnections: "idle",
    // What is asked over a connection that is still open is answered (the feed and the store close after the port), or refused in
    // the way of everything else; Fastify closes the connection after that.
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error, log)),
    clientErrorHandler: refuseBytes,
  });
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.addHook("onSend", ({ raw }) => wholeRequest(raw, MAX_BODY_BYTES));
  countRequests(app, metrics);
  const allowedAt = noteRoutes(app);
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error, log)));

  const pace = createPace();
  addApi(app, { reader: parts.reader, answers: createAnswers({ metrics, pace }), pace });
  addLive(app, { source: parts.feed, stopping, metrics, pace, ...bounds });
  addExport(app, { source: parts.exportActivations, stopping, ...bounds });
  const openApi = represent(await readFile(openApiPath), {
    type: "application/json; charset=utf-8",
    quality: 9,
  });
  app.get("/openapi.json", (request, reply) =>
    sendRepresentation(request, reply, openApi, "no-cache"),
  );
  app.get(READINESS, async (_request, reply) => {
    const { code, text } = await readinessAnswer(parts.readiness);
    return reply.code(code).header("cache-control", "no-store").type("text/plain").send(text);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = decodedPath(request);
    const isApi = path.startsWith("/v1/") || path === "/v1";
    const allowed = allowedAt(path) ?? (isApi ? undefined : "GET, HEAD");
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (allowed && !allowed.split(", ").includes(request.method)) {
      const said = `${path} takes ${allowed}`;
      return sendProblem(reply, plainProblem(405, "UNIMPLEMENTED", said, { allow: allowed }));
    }
    const sent = isRead && !isApi ? sendPage(page, path, request, reply) : undefined;
    return sent ?? sendProblem(reply, plainProblem(404, "NOT_FOUND", `there is no ${path} here`));
  });
  return app;
}

function sendProblem(reply: FastifyReply, { code, headers, body }: Problem): FastifyReply {
  return reply
    .code(code)
    .headers({ ...SECURITY_HEADERS, "cache-control": "no-store", ...headers })
    .type("application/json; charset=utf-8")
    .send(body);
}

/** What is no HTTP, or too much of it, never becomes a request. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [code, words] = BYTES_REFUSED[error.code ?? ""] ?? [400, "Bad Request"];
  const { body } = plainProblem(code, "INVALID_ARGUMENT", words);
  const headers = {
    ...SECURITY_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${code} ${words}\r\n${lines.join("")}\r\n${body}`);
}

const BYTES_REFUSED: Record<string, readonly [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
};

/** Notes the routes that are added from now on; says which methods they take at a path. */
function noteRoutes(app: FastifyInstance): (path: string) => string | undefined {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  return (path) => {
    const found = routes.filter(({ pattern }) => pattern.test(path));
    if (found.length === 0) return undefined;
    return [...new Set(found.flatMap(({ methods }) => methods))].join(", ");
  };
}

/** By the template of the route, never by what somebody asked for. */
function countRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.is404 ? "other" : (request.routeOptions.url ?? "other");
    if (route === READINESS) return;
    const code = String(reply.raw.statusCode);
    metrics.webRequests.inc({ route, method: methodLabel(request.method), code });
    // A stream lasts as long as its reader likes.
    if (!LASTING.has(route)) metrics.webSeconds.observe({ route }, reply.elapsedTime / 1_000);
  });
}

const LASTING = new Set(["/v1/live", "/v1/activations.csv", "/v1/activations.ndjson"]);

function methodLabel(method: string): string {
  return ["GET", "HEAD", "POST"].includes(method) ? method : "other";
}

/** A path that can't be decoded leads nowhere. */
function decodedPath({ raw: { url = "/" } }: FastifyRequest): string {
  const path = pathOf(url);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
