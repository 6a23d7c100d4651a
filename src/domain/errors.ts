/**
 * Every way slimmer says no. `status` is a gRPC status name; `retry` is a promise to clients: `true` means that
 * the same request may succeed later and repeating it is safe (with an id). The retry classes are those of the
 * OTLP specification: `RESOURCE_EXHAUSTED` may be retried only where the answer carries a RetryInfo.
 */
export const REASONS = {
  /** One or more fields break a rule; `fields` names each of them. */
  FIELDS_INVALID: { status: "INVALID_ARGUMENT", retry: false },
  /** The bytes are no message of the expected type. */
  MESSAGE_MALFORMED: { status: "INVALID_ARGUMENT", retry: false },
  /** No such run in this system: register it again with the same run_id, then repeat. */
  RUN_UNKNOWN: { status: "FAILED_PRECONDITION", retry: false },
  /** No such system: register a run first. */
  SYSTEM_UNKNOWN: { status: "FAILED_PRECONDITION", retry: false },
  /** The run_id was registered before with another list of sensors. */
  RUN_CONFLICT: { status: "ALREADY_EXISTS", retry: false },
  /** The run has reported as many different unregistered sensors as one run may. */
  UNREGISTERED_LIMIT: { status: "RESOURCE_EXHAUSTED", retry: false },
  /** The bounded queue before the database is full. */
  INTAKE_FULL: { status: "RESOURCE_EXHAUSTED", retry: true },
  /** All database connections for this kind of work are taken, and so is the room to wait for one. */
  STORE_BUSY: { status: "RESOURCE_EXHAUSTED", retry: true },
  /** PostgreSQL can't be reached, is shutting down, or did not answer in time. */
  STORE_AWAY: { status: "UNAVAILABLE", retry: true },
  /** PostgreSQL has no space left on its disk. */
  STORE_FULL: { status: "UNAVAILABLE", retry: true },
  /** This server is going away; another one, or this one after its restart, takes the call. */
  SHUTTING_DOWN: { status: "UNAVAILABLE", retry: true },
  /** The deadline of the call passed before its rows were handed to PostgreSQL: they are not stored. */
  DEADLINE_PASSED: { status: "DEADLINE_EXCEEDED", retry: true },
  /** The caller went away before its rows were handed to PostgreSQL: they are not stored. */
  CALL_CANCELLED: { status: "CANCELLED", retry: true },
  /** The stream's client has not read its acknowledgements for too long. */
  ACKS_UNREAD: { status: "ABORTED", retry: true },
  /** A defect of slimmer; the incident id is also in the server's log. */
  INTERNAL: { status: "INTERNAL", retry: false },
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
