import { decodeStatusDetails, type Metadata, STATUS_DETAILS_KEY, status } from "slimmer-grpc";

/** What a client may do about a refusal. */
export type Refusal = {
  /** For the report: the status, and the reason that came with it. */
  readonly name: string;
  readonly action: "repeat" | "register" | "fail";
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  readonly message: string;
};

/** A status as grpc-js gives it: in an error, or at the end of a stream. */
export type CallStatus = { code: number; details: string; metadata: Metadata };

const ALWAYS_RETRYABLE: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.ABORTED,
]);

/** By the retry classes of the OTLP specification; a connection that breaks may also look like INTERNAL. */
export function refusalOf({ code, details, metadata }: CallStatus): Refusal {
  const bytes = metadata.get(STATUS_DETAILS_KEY)[0];
  const said = Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes) : undefined;
  const retryAfterMs = said?.retryAfterMs;
  const isRetryable =
    ALWAYS_RETRYABLE.has(code) ||
    (code === status.RESOURCE_EXHAUSTED && retryAfterMs !== undefined) ||
    (code === status.INTERNAL && details.includes("RST_STREAM"));
  return refusal(code, said?.reason, isRetryable, { retryAfterMs, message: details });
}

/** The same for one item of a batch, which says itself whether it may be repeated. */
export function itemRefusalOf(error: {
  code: number;
  reason: string;
  message: string;
  retryable: boolean;
}): Refusal {
  const { code, reason, message, retryable } = error;
  return refusal(code, reason, retryable, { retryAfterMs: undefined, message });
}

function refusal(
  code: number,
  reason: string | undefined,
  isRetryable: boolean,
  rest: Pick<Refusal, "retryAfterMs" | "message">,
): Refusal {
  return {
    name: `${status[code] ?? code}${reason ? ` ${reason}` : ""}`,
    action: isRetryable ? "repeat" : reason === "RUN_UNKNOWN" ? "register" : "fail",
    ...rest,
  };
}
