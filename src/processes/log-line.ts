import { prettyFactory } from "pino-pretty";

const pretty = prettyFactory({
  colorize: process.stdout.isTTY,
  ignore: "process,pid,hostname",
  singleLine: true,
  translateTime: "SYS:HH:MM:ss",
});

/** A line of a child's log as a person reads it; a line that is no log line stays as it is. */
export function readableLine(line: string): string {
  return line.startsWith("{") ? pretty(line).trimEnd() : line;
}
