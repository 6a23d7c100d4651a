import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { decodeStatusDetails, STATUS_DETAILS_KEY, type StatusDetails } from "slimmer-grpc";
import type { Refusal } from "../outbox/item.ts";
import { TokenError } from "./token.ts";

/**
 * What to do after a call that failed. The classes are those of OTLP's specification, with two additions: RUN_UNKNOWN is
 * healed, and only slimmer itself (by its ErrorInfo) may say that an item is bad: what a proxy makes up never costs data.
 */
export type Action =
  /** The same again, later. */
  | "repeat"
  /** Register the run again, then the same again. */
  | "register"
  /** Nobody's data is at fault, but the caller's credentials or the way: the same again, much later. */
  | "hold"
  /** The server does not know this method. */
  | "fall back"
  /** Something in the message is bad, or all of it is too large. */
  | "divide";

export type Verdict = Refusal & {
  readonly action: Action;
  /** The server's wish, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** slimmer itself has said so, and not something on the way. */
  readonly isSlimmers: boolean;
};

const REPEATED = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);
const HELD = new Set([status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.NOT_FOUND]);
const UNKNOWN_RUN = new Set(["RUN_UNKNOWN", "SYSTEM_UNKNOWN"]);
/** How what is on the way says when (gRFC A6): the limits of our own Envoy do. Below zero: never. */
const PUSHBACK_KEY = "grpc-retry-pushback-ms";
/** Who asks for more is mistaken; and a timer of more than 24 days would end at once. */
const MAX_WISH_MS = 3_600_000;

/** What a failed call means. Anything that is no gRPC status is repeated, too. */
export function verdictOf(error: unknown): Verdict {
  const { code, details, metadata } = (error ?? {}) as Partial<ServiceError>;
  if (error instanceof TokenError) {
    return {
      action: "hold",
      ...{ status: "UNAUTHENTICATED", reason: undefined, message: error.message },
      ...{ retryAfterMs: undefined, isSlimmers: false },
    };
  }
  if (typeof code !== "number") {
    const message = error instanceof Error ? error.message : String(error);
    return {
      action: "repeat",
      ...{ status: "UNKNOWN", reason: undefined, message },
      ...{ retryAfterMs: undefined, isSlimmers: false },
    };
  }
  const said = statusDetails(metadata?.get(STATUS_DETAILS_KEY)[0]);
  const isSlimmers = said?.domain === "slimmer";
  const retryAfterMs = said?.retryAfterMs ?? pushbackMs(metadata);
  return {
    action: actionOf(code, { reason: said?.reason, retryAfterMs, isSlimmers }),
    status: status[code] ?? "UNKNOWN",
    reason: said?.reason,
    message: readable(details ?? ""),
    retryAfterMs: retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, MAX_WISH_MS),
    isSlimmers,
  };
}

function actionOf(
  code: status,
  { reason, retryAfterMs, isSlimmers }: Pick<Verdict, "reason" | "retryAfterMs" | "isSlimmers">,
): Action {
  if (reason !== undefined && UNKNOWN_RUN.has(reason)) return "register";
  if (REPEATED.has(code) || retryAfterMs !== undefined) return "repeat";
  if (HELD.has(code)) return "hold";
  if (code === status.UNIMPLEMENTED) return "fall back";
  // A proxy or a connection that broke in the middle says these, and says no more: docs/errors.md.
  if ((code === status.INTERNAL || code === status.UNKNOWN) && !isSlimmers) return "repeat";
  return "divide";
}

function statusDetails(bytes: unknown): StatusDetails | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return decodeStatusDetails(bytes);
  } catch {
    return undefined;
  }
}

function pushbackMs(metadata: Metadata | undefined): number | undefined {
  const [said] = metadata?.get(PUSHBACK_KEY) ?? [];
  const ms = said === undefined ? Number.NaN : Number(said);
  return ms >= 0 ? ms : undefined;
}

/** Without what grpc-js and OpenSSL put around it: an empty note, line ends, places in their sources. */
function readable(details: string): string {
  return details
    .replace(/\.?\s*Resolution note:\s*$/, "")
    .replace(/[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):\S+:\d+:/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** For a person: "UNAVAILABLE: why". */
export function verdictText({ status: name, message }: Refusal): string {
  return message ? `${name}: ${message}` : name;
}
