import type { WriteStream } from "node:tty";

export type Progress = {
  /** How far the work is; `text` says the rest of it. Without a total there is no bar. */
  update(done: number, total: number | undefined, text: string): void;
  /** Takes the bar away, or writes where the work has ended. */
  end(): void;
};

const BAR = 24;
const LINE_EVERY_MS = 10_000;

/** A bar on a terminal that moves in place; elsewhere a line now and then, for whoever reads a log. */
export function createProgress(
  label: string,
  stream: Pick<WriteStream, "isTTY" | "columns" | "write"> = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  let saidAt = now();
  let isDrawn = false;
  return {
    update(done, total, text) {
      const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);
      const percent = share === undefined ? "" : `${Math.floor(share * 100)}%  `;
      if (stream.isTTY) {
        const line = `${label} ${share === undefined ? "" : barOf(share)}${percent}${text}`;
        stream.write(`\r\u001b[K${line.slice(0, (stream.columns || 80) - 1)}`);
        isDrawn = true;
      } else if (now() - saidAt >= LINE_EVERY_MS) {
        saidAt = now();
        stream.write(`${label}: ${percent}${text}\n`);
      }
    },
    end() {
      if (isDrawn) stream.write("\r\u001b[K");
      isDrawn = false;
    },
  };
}

function barOf(share: number): string {
  const full = Math.round(share * BAR);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} `;
}
