import { type BadField, status, statusDetailsToJson } from "slimmer-grpc";
import { type FieldIssue, SlimmerError } from "../domain/errors.ts";
import { ERROR_DOMAIN, refusalOf } from "../domain/refusal.ts";

/** A refusal in the way of HTTP: the body is a google.rpc.Status, as Envoy makes it of a refusal over gRPC. */
export type Problem = { code: number; headers: Record<string, string>; body: string };

type StatusName = keyof typeof status;

/** As in google/rpc/code.proto. */
const HTTP_CODES: Partial<Record<StatusName, number>> = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
};

/** What to answer to an error, whatever it is. */
export function problemOf(
  error: unknown,
  log: { error(facts: object, message: string): void },
): Problem {
  const callers = callersFault(error);
  const { status: name, fields, ...refusal } = refusalOf(callers?.error ?? error, log);
  const body = statusDetailsToJson({
    ...refusal,
    code: status[name],
    domain: ERROR_DOMAIN,
    fields: fields.map(({ field, problem }) => ({ field, description: problem })),
  });
  const code = callers?.code ?? HTTP_CODES[name] ?? 500;
  return { code, headers: retryHeaders(refusal.retryAfterMs), body };
}

/** A refusal of HTTP itself, which no rpc knows: no such path, no such method. */
export function plainProblem(
  code: number,
  name: StatusName,
  message: string,
  headers: Record<string, string> = {},
): Problem {
  const body = statusDetailsToJson({
    code: status[name],
    message,
    reason: undefined,
    domain: undefined,
    metadata: {},
    fields: [],
    retryAfterMs: undefined,
  });
  return { code, headers, body };
}

export function issuesOf(problems: readonly BadField[]): FieldIssue[] {
  return problems.map(({ field, description }) => ({ field, problem: description }));
}

function retryHeaders(retryAfterMs: number | undefined): Record<string, string> {
  if (retryAfterMs === undefined) return {};
  return { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
}

/** Fastify's own refusals of a request, with the code it gives them; whatever else it throws is ours. */
function callersFault(error: unknown): { error: SlimmerError; code: number } | undefined {
  const {
    code,
    statusCode = 500,
    message,
  } = error as { code?: unknown; statusCode?: number; message?: string };
  const isFastifys = typeof code === "string" && code.startsWith("FST_") && statusCode < 500;
  // Broken JSON comes from the parser, with a status but without a code of Fastify.
  const isParsers = error instanceof SyntaxError && statusCode === 400;
  if (!isFastifys && !isParsers) return undefined;
  const said = `the request can't be read: ${message}`;
  return { error: new SlimmerError("MESSAGE_MALFORMED", said), code: statusCode };
}
