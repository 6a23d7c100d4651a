import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  fromJson,
  fromQuery,
  type HttpRoute,
  httpRoutes,
  type ParsedRequest,
  toJson,
} from "slimmer-grpc";
import { SlimmerError } from "../domain/errors.ts";
import { invalid } from "../domain/field-checks.ts";
import { TimeoutError, within } from "../kit/within.ts";
import type { Reader } from "../reading/reader.ts";
import type { Answers } from "./answers.ts";
import type { Pace } from "./pace.ts";
import { issuesOf } from "./problem.ts";
import { queryOf } from "./query.ts";
import { type Representation, sendRepresentation } from "./representation.ts";

/** Each query of the database is bounded already; this is for a call that makes many. */
const ANSWER_MS = 30_000;

/** Asked for again at once where it matters; what has not changed is not sent again. */
const CACHE_CONTROL = "private, no-cache";

/** By what a page had better multiply the times after which it asks again. */
const PACE_HEADER = "slimmer-pace";

// biome-ignore lint/suspicious/noExplicitAny: a rule ties each request to its rpc and to its answer
type AnyCall = (request: any) => Promise<any>;

/** The calls of the Reader over HTTP, under the very rules by which Envoy translates them. */
export function addApi(
  app: FastifyInstance,
  { reader, answers, pace }: { reader: Reader; answers: Answers; pace: Pick<Pace, "factor"> },
): void {
  for (const route of readerRoutes()) {
    const call = (reader as Record<string, AnyCall>)[route.rpc];
    if (!call) throw new Error(`the Reader has no ${route.rpc}`);
    const ask = async (request: object) =>
      toJson(route.response, await bounded(route.rpc, call(request)));
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ":$1"),
      handler: route.hasBody ? postHandler(route, ask) : getHandler(route, ask),
    });
  }

  type Ask = (request: object) => Promise<string>;

  function getHandler(route: HttpRoute, ask: Ask) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header(PACE_HEADER, pace.factor);
      const answer = await answers.get(request.raw.url ?? "", async () => {
        const path = request.params as Record<string, string>;
        return await ask(checked(fromQuery(route.request, { path, query: queryOf(request) })));
      });
      return await sendRepresentation(request, reply, answer, CACHE_CONTROL);
    };
  }

  function postHandler(route: HttpRoute, ask: Ask) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header(PACE_HEADER, pace.factor);
      const message = checked(fromJson(route.request, request.body ?? {}));
      const key = `${route.path} ${JSON.stringify(message)}`;
      const answer: Representation = await answers.get(key, () => ask(message));
      // There is no such thing as an unchanged answer to a POST.
      delete request.headers["if-none-match"];
      return await sendRepresentation(request, reply, answer, "no-store");
    };
  }
}

/** The half of the API that reads: the other belongs to `serve`. */
export function readerRoutes(): readonly HttpRoute[] {
  return httpRoutes().filter(({ service }) => service === "Reader");
}

function checked<N extends HttpRoute["request"]>({ message, problems }: ParsedRequest<N>): object {
  if (problems.length > 0) throw invalid(issuesOf(problems));
  return message as object;
}

async function bounded<T>(rpc: string, work: Promise<T>): Promise<T> {
  try {
    return await within(ANSWER_MS, rpc, work);
  } catch (cause) {
    if (!(cause instanceof TimeoutError)) throw cause;
    throw new SlimmerError("STORE_AWAY", "the database did not answer in time", { cause });
  }
}
