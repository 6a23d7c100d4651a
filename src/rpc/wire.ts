import { status } from "@grpc/grpc-js";
import type { ActivationResult, ItemException, Timestamp } from "slimmer-grpc";
import type { Stored } from "../domain/activation.ts";
import { isRetryable, REASONS, SlimmerError } from "../domain/errors.ts";

/** From domain to wire. */

export function toTimestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}

/** The result of one item; `claimedId` is the id it came with, for an item that was refused. */
export function toResult(outcome: Stored | SlimmerError, claimedId: string): ActivationResult {
  if (outcome instanceof SlimmerError) {
    return { activation_id: claimedId, error: toItemError(outcome) };
  }
  return {
    activation_id: outcome.activationId,
    duplicate: outcome.duplicate,
    unregistered: outcome.unregistered,
    clock_suspect: outcome.clockSuspect,
  };
}

/** The items that deserve a word in an acknowledgement. */
export function toExceptions(
  outcomes: readonly (Stored | SlimmerError)[],
  idOf: (index: number) => string,
): ItemException[] {
  const exceptions: ItemException[] = [];
  outcomes.forEach((outcome, index) => {
    const isPlain =
      !(outcome instanceof SlimmerError) &&
      !outcome.duplicate &&
      !outcome.unregistered &&
      !outcome.clockSuspect;
    if (!isPlain) exceptions.push({ index, result: toResult(outcome, idOf(index)) });
  });
  return exceptions;
}

function toItemError(error: SlimmerError) {
  return {
    code: status[REASONS[error.reason].status],
    reason: error.reason,
    message: error.message,
    field_violations: error.fields.map(({ field, problem }) => ({ field, description: problem })),
    retryable: isRetryable(error),
  };
}
