/** Where a problem came from: the server refused, could not be reached, or answered something that is no API. */
export type ProblemKind = "refused" | "unreachable" | "unintelligible";

/** A request that failed, in words for the person at the page. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly kind: ProblemKind;
  /** The gRPC status; 5 is NOT_FOUND. 14 (UNAVAILABLE) where nothing answered. */
  readonly code: number;
  /** One of docs/errors.md, or empty. */
  readonly reason: string;
  /** The HTTP status; 0 where nothing answered. */
  readonly status: number;

  constructor(
    kind: ProblemKind,
    message: string,
    init: { code?: number; reason?: string; status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: init.cause });
    this.kind = kind;
    this.code = init.code ?? 14;
    this.reason = init.reason ?? "";
    this.status = init.status ?? 0;
  }

  /** The server, or the way to it: whatever else was asked for does not come either. */
  get isOutage(): boolean {
    return this.kind === "unreachable" || this.status >= 500;
  }

  get isNotFound(): boolean {
    return this.code === 5;
  }
}

type StatusBody = { code?: number; message?: string; details?: { reason?: string }[] };

/** Reads the body of a refusal: a google.rpc.Status, or whatever a proxy in between had to say. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const { code, message, details } = (typeof body === "object" && body ? body : {}) as StatusBody;
  if (typeof code === "number" && typeof message === "string") {
    const reason = Array.isArray(details) ? details.find((detail) => detail?.reason)?.reason : "";
    return new ApiProblem("refused", message, { code, reason: reason ?? "", status });
  }
  return new ApiProblem("unintelligible", `The server answered with HTTP status ${status}.`, {
    code: status === 404 ? 5 : 14,
    status,
  });
}
