import { SettingsError } from "../config/load.ts";
import { SlimmerError } from "../domain/errors.ts";
import { EdgeError } from "../edge/edge-error.ts";
import { classifyPgError } from "../store/pg-errors.ts";
import { SchemaError } from "../store/schema.ts";
import { EXIT } from "./exit-codes.ts";

/** Says what went wrong in a sentence on standard error, and returns the exit code that goes with it. */
export function reportFailure(error: unknown): number {
  const { text, code } = describe(error);
  process.stderr.write(`slimmer: ${text}\n`);
  return code;
}

function describe(error: unknown): { text: string; code: number } {
  if (error instanceof SettingsError) return { text: error.message, code: EXIT.usage };
  if (error instanceof EdgeError) return { text: error.message, code: EXIT.usage };
  if (error instanceof SchemaError) return { text: error.message, code: EXIT.schema };
  if (error instanceof SlimmerError) {
    return {
      text: error.message,
      code: error.reason === "FIELDS_INVALID" ? EXIT.usage : EXIT.failed,
    };
  }
  if (!(error instanceof Error)) return { text: String(error), code: EXIT.failed };
  if (isFromDatabase(error) && classifyPgError(error) === "away") {
    const where =
      "is it running, and are SLIMMER_DATABASE_URL or the SLIMMER_DATABASE_… settings right?";
    return { text: `can't reach PostgreSQL (${messageOf(error)}): ${where}`, code: EXIT.failed };
  }
  return { text: messageOf(error), code: EXIT.failed };
}

/** Node's errors of several failed addresses have no message of their own. */
function messageOf(error: Error): string {
  if (error.message) return error.message;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.name;
}

function isFromDatabase(error: Error): boolean {
  const { code, syscall } = error as Error & { code?: string; syscall?: string };
  return code !== "EADDRINUSE" && code !== "EACCES" && syscall !== "listen";
}
