import { SlimmerError } from "../domain/errors.ts";
import { TimeoutError } from "../kit/within.ts";

/** What an error of pg means for whoever waits for the answer. */
export type PgFailure =
  /** The connection or the server is gone, or too slow: the same statement may work later. */
  | "away"
  /** The disk is full. */
  | "full"
  /** Another transaction was in the way: the same statement may work at once. */
  | "conflict"
  /** No partition for a row: the bounds have moved. */
  | "no-partition"
  /** A row with this key is there already. */
  | "duplicate"
  /** The statement or its data: repeating it changes nothing. */
  | "defect";

/** SQLSTATE classes and codes (PostgreSQL, appendix A) that mean the server can't serve now. */
const AWAY_CLASSES = new Set(["08", "57", "58", "25"]);
const AWAY_CODES = new Set(["53300", "53400", "53000", "53200", "55P03"]);
/** PostgreSQL answers, but does not know this user, or has no such database. */
const LOGIN_CODES = new Set(["28P01", "28000", "3D000"]);
const FULL_CODES = new Set(["53100"]);
const CONFLICT_CODES = new Set(["40001", "40P01"]);
/** Of Node's sockets and resolver. */
const SOCKET_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Sorts an error of pg, of its socket, or of a bounded wait. */
export function classifyPgError(error: unknown): PgFailure {
  if (error instanceof TimeoutError) return "away";
  if (!(error instanceof Error)) return "defect";
  const { code } = error as Error & { code?: string };
  if (code === undefined) return isConnectionText(error.message) ? "away" : "defect";
  if (FULL_CODES.has(code)) return "full";
  if (CONFLICT_CODES.has(code)) return "conflict";
  if (code === "23514" && /no partition of relation/.test(error.message)) return "no-partition";
  if (code === "23505") return "duplicate";
  if (AWAY_CODES.has(code) || LOGIN_CODES.has(code) || SOCKET_CODES.has(code)) return "away";
  return code.length === 5 && AWAY_CLASSES.has(code.slice(0, 2)) ? "away" : "defect";
}

/** Whether a connection failed because nobody answers yet, so that it may succeed without anybody changing a setting. */
export function isNotUp(error: unknown): boolean {
  const { code } = error as { code?: string };
  return classifyPgError(error) === "away" && !LOGIN_CODES.has(code ?? "");
}

/** pg gives these no code. */
function isConnectionText(message: string): boolean {
  return /connection terminated|connection error|timeout exceeded when trying to connect|query read timeout|client was closed|not queryable|timeout expired/i.test(
    message,
  );
}

/** The refusal that a caller gets for an error of pg; a SlimmerError passes unchanged. */
export function toStoreError(error: unknown): SlimmerError {
  if (error instanceof SlimmerError) return error;
  switch (classifyPgError(error)) {
    case "away":
    case "no-partition":
      return new SlimmerError("STORE_AWAY", "the database can't be reached; try again", {
        retryAfterMs: 1_000,
        cause: error,
      });
    case "full":
      return new SlimmerError("STORE_FULL", "the database has no space left; try again later", {
        retryAfterMs: 30_000,
        cause: error,
      });
    case "conflict":
      return new SlimmerError("STORE_BUSY", "another transaction was in the way; try again", {
        retryAfterMs: 100,
        cause: error,
      });
    default:
      return new SlimmerError("INTERNAL", "the database refused a statement", { cause: error });
  }
}
