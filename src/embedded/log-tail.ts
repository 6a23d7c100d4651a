import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export type LogTail = { lines(): readonly string[]; follow(stream: Readable): void };

/** Keeps the last `keep` lines of the streams it follows, and hands each to `onLine`. */
export function createLogTail(keep: number, onLine: (line: string) => void = () => {}): LogTail {
  const lines: string[] = [];
  return {
    lines: () => lines,
    follow(stream) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        lines.push(line);
        if (lines.length > keep) lines.shift();
        onLine(line);
      });
    },
  };
}
