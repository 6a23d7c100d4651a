import { randomUUID } from "node:crypto";
import { type FieldIssue, isRetryable, REASONS, type Reason, SlimmerError } from "./errors.ts";

/** An error as every edge tells it: what is left is to write it down in the way of the protocol. */
export type Refusal = {
  reason: Reason;
  /** The name of a gRPC status. */
  status: (typeof REASONS)[Reason]["status"];
  message: string;
  metadata: Readonly<Record<string, string>>;
  fields: readonly FieldIssue[];
  /** In milliseconds; undefined where a retry does not help. */
  retryAfterMs: number | undefined;
};

export const ERROR_DOMAIN = "slimmer";

/** Anything that is no SlimmerError becomes INTERNAL, with an id that is also in the log. */
export function refusalOf(
  error: unknown,
  log: { error(facts: object, message: string): void },
): Refusal {
  const known =
    error instanceof SlimmerError ? error : new SlimmerError("INTERNAL", "", { cause: error });
  const { reason, fields } = known;
  const { message, metadata } =
    reason === "INTERNAL" ? incident(known, log) : { message: known.message, metadata: {} };
  return {
    reason,
    status: REASONS[reason].status,
    message,
    metadata,
    fields,
    retryAfterMs: isRetryable(known) ? (known.retryAfterMs ?? 1_000) : undefined,
  };
}

function incident(error: SlimmerError, log: { error(facts: object, message: string): void }) {
  const id = randomUUID();
  log.error({ incident: id, err: error.cause ?? error }, "a call met a defect");
  return { message: `internal error; incident ${id}`, metadata: { incident: id } };
}
