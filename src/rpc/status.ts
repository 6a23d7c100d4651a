import { Metadata, type ServiceError, type StatusObject, status } from "@grpc/grpc-js";
import { encodeStatusDetails, STATUS_DETAILS_KEY } from "slimmer-grpc";
import type { FieldIssue } from "../domain/errors.ts";
import { ERROR_DOMAIN, refusalOf } from "../domain/refusal.ts";

/** Trailers travel in one header block, and common clients refuse blocks over 8 KiB: field issues get this share of it. */
const MAX_FIELDS_BYTES = 3_000;

/** The one place where an error becomes a gRPC status. Anything that is no SlimmerError leaves as INTERNAL, with an id that is also in the log. */
export function toStatus(
  error: unknown,
  log: { error(facts: object, message: string): void },
): StatusObject {
  const refusal = refusalOf(error, log);
  const code = status[refusal.status];
  const { fields, omitted } = fitting(refusal.fields);
  const details = omitted > 0 ? `${refusal.message} (and ${omitted} more)` : refusal.message;
  const trailers = new Metadata();
  trailers.set(
    STATUS_DETAILS_KEY,
    encodeStatusDetails({
      code,
      message: details,
      reason: refusal.reason,
      domain: ERROR_DOMAIN,
      metadata: refusal.metadata,
      fields: fields.map(({ field, problem }) => ({ field, description: problem })),
      retryAfterMs: refusal.retryAfterMs,
    }),
  );
  return { code, details, metadata: trailers };
}

/** The shape in which grpc-js takes an error. */
export function asServiceError(refusal: StatusObject): ServiceError {
  return Object.assign(new Error(refusal.details), refusal);
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
