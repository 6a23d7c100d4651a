import pino from "pino";

export type Logger = pino.Logger;

/**
 * One JSON line per event on standard output: constant text, facts as fields. ERROR means that somebody should get up; a
 * failure that is tried again is WARN. No payloads, no secrets.
 */
export function createLogger({ level, process: name }: { level: string; process: string }): Logger {
  return pino({
    level,
    base: { process: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: withoutRows },
  });
}

/** PostgreSQL puts values of rows into these fields of its errors; they are nobody's business in a log. */
const ROW_FIELDS = ["detail", "where", "internalQuery", "query", "parameters"];

function withoutRows(error: Error): object {
  const facts: Record<string, unknown> = { ...pino.stdSerializers.err(error) };
  for (const field of ROW_FIELDS) delete facts[field];
  return facts;
}
