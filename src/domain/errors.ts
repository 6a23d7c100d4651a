/**
 * Every way slimmer says no. `status` is a gRPC status name; `retry` is a promise to clients: `true` means that
 * the same request may succeed later and repeating it is safe (with an id). The retry classes are those of the
 * OTLP specification: `RESOURCE_EXHAUSTED` may be retried only where the answer carries a RetryInfo. docs/errors.md is
 * generated from this table.
 */
export const REASONS = {
  FIELDS_INVALID: {
    status: "INVALID_ARGUMENT",
    retry: false,
    meaning: "One or more fields break a rule; `fields` names each of them.",
  },
  MESSAGE_MALFORMED: {
    status: "INVALID_ARGUMENT",
    retry: false,
    meaning: "The bytes are no message of the expected type.",
  },
  RUN_UNKNOWN: {
    status: "FAILED_PRECONDITION",
    retry: false,
    meaning: "No such run in this system: register it again with the same run_id, then repeat.",
  },
  SYSTEM_UNKNOWN: {
    status: "FAILED_PRECONDITION",
    retry: false,
    meaning: "No such system: register a run first.",
  },
  NOT_FOUND: {
    status: "NOT_FOUND",
    retry: false,
    meaning: "What was asked for is not there.",
  },
  RUN_CONFLICT: {
    status: "ALREADY_EXISTS",
    retry: false,
    meaning: "The run_id was registered before with another list of sensors.",
  },
  UNREGISTERED_LIMIT: {
    status: "RESOURCE_EXHAUSTED",
    retry: false,
    meaning: "The run has reported as many different unregistered sensors as one run may.",
  },
  INTAKE_FULL: {
    status: "RESOURCE_EXHAUSTED",
    retry: true,
    meaning: "The bounded queue before the database is full.",
  },
  STORE_BUSY: {
    status: "RESOURCE_EXHAUSTED",
    retry: true,
    meaning:
      "The database has more to do than it can take now: all connections for this kind of work are taken, or a transaction was in the way.",
  },
  STORE_AWAY: {
    status: "UNAVAILABLE",
    retry: true,
    meaning: "PostgreSQL can't be reached, is shutting down, or did not answer in time.",
  },
  STORE_FULL: {
    status: "UNAVAILABLE",
    retry: true,
    meaning: "PostgreSQL has no space left on its disk.",
  },
  PROCESS_FULL: {
    status: "UNAVAILABLE",
    retry: true,
    meaning: "This process has as many long answers open as it may (live connections, exports).",
  },
  SHUTTING_DOWN: {
    status: "UNAVAILABLE",
    retry: true,
    meaning:
      "This server is going away; another one, or this one after its restart, takes the call.",
  },
  DEADLINE_PASSED: {
    status: "DEADLINE_EXCEEDED",
    retry: true,
    meaning:
      "The deadline of the call passed before its rows were handed to PostgreSQL: they are not stored.",
  },
  CALL_CANCELLED: {
    status: "CANCELLED",
    retry: true,
    meaning: "The caller went away before its rows were handed to PostgreSQL: they are not stored.",
  },
  ACKS_UNREAD: {
    status: "ABORTED",
    retry: true,
    meaning: "The stream's client has not read its acknowledgements for too long.",
  },
  CURSOR_EXPIRED: {
    status: "OUT_OF_RANGE",
    retry: false,
    meaning:
      "The feed does not reach back to this cursor any more, or was restored from a backup since: list what was missed, then watch anew.",
  },
  WATCH_UNREAD: {
    status: "ABORTED",
    retry: true,
    meaning: "The stream's client has not read for too long; go on from the last cursor.",
  },
  EXPORT_UNREAD: {
    status: "ABORTED",
    retry: true,
    meaning: "The export's client has not read for too long, and has only a part: begin it anew.",
  },
  INTERNAL: {
    status: "INTERNAL",
    retry: false,
    meaning: "A defect of slimmer; the incident id is also in the server's log.",
  },
} as const;

export type Reason = keyof typeof REASONS;

/** One rule that one field breaks: `field` is a path in the request ("entities[3].name"), `problem` a sentence. */
export type FieldIssue = { field: string; problem: string };

type Init = { fields?: readonly FieldIssue[]; retryAfterMs?: number; cause?: unknown };

/** The one error that rooms throw on purpose. The message is a sentence for the person who must act. */
export class SlimmerError extends Error {
  override readonly name = "SlimmerError";
  readonly reason: Reason;
  readonly fields: readonly FieldIssue[];
  /** How long the caller had better wait, in milliseconds; only for reasons that may be retried. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason, message: string, init: Init = {}) {
    super(message, { cause: init.cause });
    this.reason = reason;
    this.fields = init.fields ?? [];
    this.retryAfterMs = init.retryAfterMs;
  }
}

/** Whether the caller may repeat the request that met this error. */
export function isRetryable(error: SlimmerError): boolean {
  return REASONS[error.reason].retry;
}
