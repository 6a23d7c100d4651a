import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  fromQuery,
  type StoredActivation,
  timestampText,
  toJson,
  type WatchActivationsRequestOutput,
} from "slimmer-grpc";
import { invalid } from "../domain/field-checks.ts";
import { processFull } from "../domain/refusals.ts";
import { keptOn } from "../kit/kept-on.ts";
import { within } from "../kit/within.ts";
import type { Feed, LiveEvent } from "../reading/feed/feed.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Pace } from "./pace.ts";
import { issuesOf } from "./problem.ts";
import { queryOf } from "./query.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** The feed, as far as pages need it. */
export type LiveSource = Pick<Feed, "live">;

/** How many pages may be open at one process. Each is a socket, and a share of what all live pages may read. */
const MAX_LIVE = 2_000;
/** A page that has read nothing for so long is gone, or asleep; it comes back with its cursor. */
const STALLED_MS = 60_000;
/** How soon a page comes back that has lost its connection. */
const RETRY = "retry: 1000\n\n";

const HEADERS = {
  ...SECURITY_HEADERS,
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Proxies that gather answers would hold events back.
  "x-accel-buffering": "no",
};

export type LiveOptions = {
  source: LiveSource;
  /** Aborted when the process is told to stop. */
  stopping: AbortSignal;
  metrics: Pick<Metrics, "webLive">;
  pace: Pick<Pace, "see">;
  maxLive?: number;
  stalledMs?: number;
};

/**
 * `GET /v1/live`: activations as they are stored, as server-sent events. The source is asked for the next event only once
 * the socket has taken the last, so a slow page holds nothing here. At the end of the process each stream ends as it
 * should, and EventSource comes back with the id of its last event.
 */
export function addLive(app: FastifyInstance, options: LiveOptions): void {
  const { source, stopping, metrics, pace, maxLive = MAX_LIVE, stalledMs = STALLED_MS } = options;
  let open = 0;

  app.get("/v1/live", { exposeHeadRoute: false }, async (request, reply) => {
    const wanted = liveRequest(request);
    if (open >= maxLive) throw processFull("live connections");
    count(1);
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    try {
      const signal = AbortSignal.any([gone.signal, stopping]);
      await follow(reply, source.live(wanted, signal), signal);
    } finally {
      count(-1);
    }
    return reply;
  });

  function count(more: number): void {
    open += more;
    metrics.webLive.set(open);
    pace.see(open);
  }

  async function follow(
    reply: FastifyReply,
    events: AsyncIterable<LiveEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const iterator = events[Symbol.asyncIterator]();
    try {
      // The first event comes at once. Where there is none, the request is refused like any other.
      let next = await iterator.next();
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, HEADERS);
      response.write(RETRY);
      while (!next.done && !signal.aborted) {
        await write(response, eventBytes(next.value), signal);
        next = await iterator.next();
      }
      response.end();
    } catch (error) {
      if (!reply.sent) throw error;
      // A page takes any end for a reason to come back, and it has its cursor.
      if (!signal.aborted) reply.log.warn({ err: error }, "a live connection ended early");
      if (stopping.aborted) reply.raw.end();
      else reply.raw.destroy();
    } finally {
      await iterator.return?.();
    }
  }

  async function write(
    response: ServerResponse,
    event: Buffer,
    signal: AbortSignal,
  ): Promise<void> {
    if (response.write(event)) return;
    await within(stalledMs, "reading live events", once(response, "drain", { signal }));
  }
}

function liveRequest(request: FastifyRequest): WatchActivationsRequestOutput {
  const { message, problems } = fromQuery("WatchActivationsRequest", { query: queryOf(request) });
  if (problems.length > 0) throw invalid(issuesOf(problems));
  const lastEventId = request.headers["last-event-id"];
  return typeof lastEventId === "string" && lastEventId !== ""
    ? { ...message, cursor: lastEventId }
    : message;
}

/** The feed gives the same event to every page that wants the same at the same time: it is written once. */
const eventBytes = keptOn((event: LiveEvent) => Buffer.from(eventText(event)));

function eventText(event: LiveEvent): string {
  switch (event.kind) {
    case "activations": {
      const { activations, total, skipped, caughtUp, serverTime, cursor } = event;
      const time = timestampText(serverTime);
      const data = `{"activations":[${activations.map(activationText).join(",")}],"skipped":${skipped},"total":${total},"caught_up":${caughtUp},"server_time":"${time}"}`;
      return `event: activations\nid: ${cursor}\ndata: ${data}\n\n`;
    }
    case "heartbeat":
      return `event: heartbeat\nid: ${event.cursor}\ndata: {"server_time":"${timestampText(event.serverTime)}"}\n\n`;
    case "expired":
      return `event: expired\ndata: ${JSON.stringify({ message: event.message })}\n\n`;
  }
}

/** The feed gives the same message to every page that wants it: it is written once. */
const activationText = keptOn((activation: StoredActivation) =>
  toJson("StoredActivation", activation),
);
