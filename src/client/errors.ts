/**
 * Every way the client says no. `retry` tells whether the same call may go better later, without a change by its caller.
 */
export const CLIENT_ERRORS = {
  /** An option, a sensor list or an argument breaks a rule; `fields` names every one of them. */
  OPTIONS_INVALID: { retry: false },
  /** What was fired breaks a rule; `fields` names all of it. Nothing was stored or sent. */
  ACTIVATION_INVALID: { retry: false },
  /** Something answers at the address, but not with an echo: it is no slimmer. */
  NOT_SLIMMER: { retry: false },
  /** The server can't be reached, or does not answer in time. */
  SERVER_AWAY: { retry: true },
  /** The server does not accept the token or the certificate. */
  ACCESS_DENIED: { retry: false },
  /** Another process owns the spool folder. */
  SPOOL_IN_USE: { retry: true },
  /** The spool folder can't be used: no permission, no folder, or written by a newer version. */
  SPOOL_UNUSABLE: { retry: false },
  /** The server refused this for good; `reason` is that of docs/errors.md. It is in the dead-letter file, if there is a spool. */
  REFUSED: { retry: false },
  /** The activation was dropped before it could be sent: the bounds of spool or memory, its age, or a damaged file. */
  DROPPED: { retry: false },
  /** The run has ended, or the client was closed. */
  CLOSED: { retry: false },
  /** `flush` or `close` ran out of time; what is on disk is sent at the next start. */
  TIMEOUT: { retry: true },
} as const;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** One rule that one field breaks: `field` is a path ("sensors[3].name"), `problem` a sentence without its subject. */
export type FieldProblem = { readonly field: string; readonly problem: string };

type Init = {
  fields?: readonly FieldProblem[];
  /** The server's reason (docs/errors.md), where it gave one. */
  reason?: string | undefined;
  /** The gRPC status name, where there was one. */
  status?: string | undefined;
  cause?: unknown;
};

/** The one error that slimmer-client throws or rejects with. Its message is a sentence for the person who must act. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  readonly fields: readonly FieldProblem[];
  readonly reason: string | undefined;
  readonly status: string | undefined;

  constructor(code: ClientErrorCode, message: string, init: Init = {}) {
    super(message, { cause: init.cause });
    this.code = code;
    this.fields = init.fields ?? [];
    this.reason = init.reason;
    this.status = init.status;
  }

  /** Whether the same call may succeed later. */
  get isRetryable(): boolean {
    return CLIENT_ERRORS[this.code].retry;
  }
}

/** All problems of one input in one error. */
export function problemsError(
  code: "OPTIONS_INVALID" | "ACTIVATION_INVALID",
  fields: readonly FieldProblem[],
): ClientError {
  const text = fields.map(({ field, problem }) => `${field} ${problem}`).join("; ");
  return new ClientError(code, text, { fields });
}
