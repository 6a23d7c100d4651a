import { randomUUID } from "node:crypto";
import { Metadata, type ServiceError, type StatusObject, status } from "@grpc/grpc-js";
import { encodeStatusDetails, STATUS_DETAILS_KEY } from "slimmer-grpc";
import { type FieldIssue, isRetryable, REASONS, SlimmerError } from "../domain/errors.ts";

export const ERROR_DOMAIN = "slimmer";

/** Trailers travel in one header block, and common clients refuse blocks over 8 KiB: field issues get this share of it. */
const MAX_FIELDS_BYTES = 3_000;

/** The one place where an error becomes a gRPC status. Anything that is no SlimmerError leaves as INTERNAL, with an id that is also in the log. */
export function toStatus(
  error: unknown,
  log: { error(facts: object, message: string): void },
): StatusObject {
  const known =
    error instanceof SlimmerError ? error : new SlimmerError("INTERNAL", "", { cause: error });
  const code = status[REASONS[known.reason].status];
  const { message, metadata } =
    known.reason === "INTERNAL" ? incident(known, log) : { message: known.message, metadata: {} };
  const { fields, omitted } = fitting(known.fields);
  const details = omitted > 0 ? `${message} (and ${omitted} more)` : message;
  const trailers = new Metadata();
  trailers.set(
    STATUS_DETAILS_KEY,
    encodeStatusDetails({
      code,
      message: details,
      reason: known.reason,
      domain: ERROR_DOMAIN,
      metadata,
      fields: fields.map(({ field, problem }) => ({ field, description: problem })),
      retryAfterMs: isRetryable(known) ? (known.retryAfterMs ?? 1_000) : undefined,
    }),
  );
  return { code, details, metadata: trailers };
}

/** The shape in which grpc-js takes an error. */
export function asServiceError(refusal: StatusObject): ServiceError {
  return Object.assign(new Error(refusal.details), refusal);
}

function incident(error: SlimmerError, log: { error(facts: object, message: string): void }) {
  const id = randomUUID();
  log.error({ incident: id, err: error.cause ?? error }, "a call met a defect");
  return { message: `internal error; incident ${id}`, metadata: { incident: id } };
}

function fitting(fields: readonly FieldIssue[]): {
  fields: readonly FieldIssue[];
  omitted: number;
} {
  let bytes = 0;
  const count = fields.findIndex(({ field, problem }) => {
    bytes += Buffer.byteLength(field) + Buffer.byteLength(problem) + 8;
    return bytes > MAX_FIELDS_BYTES;
  });
  return count === -1
    ? { fields, omitted: 0 }
    : { fields: fields.slice(0, count), omitted: fields.length - count };
}
