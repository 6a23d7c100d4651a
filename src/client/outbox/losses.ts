import type { Spool } from "../spool/spool.ts";

/** Counts what is lost for good, across processes, until the server has been told. */
export type Losses = {
  /** Also those that an earlier process could not report. */
  readonly count: number;
  add(count: number): void;
  /** The server has taken note of so many. */
  reported(count: number): void;
  /** Writes down what is not yet. */
  close(): void;
};

const FILE = "losses";
/** Where each call of `fire` is a loss, not each is to be a file. */
const KEEP_MS = 250;

export function createLosses(spool: Spool | undefined): Losses {
  const found = spool?.state.read<{ unreported?: unknown }>(FILE)?.unreported;
  let count = typeof found === "number" && found > 0 ? Math.floor(found) : 0;
  let told = 0;
  let timer: NodeJS.Timeout | undefined;

  function keep(): void {
    clearTimeout(timer);
    timer = undefined;
    spool?.state.write(FILE, { unreported: count - told });
  }

  function keepSoon(): void {
    if (spool) timer ??= setTimeout(keep, KEEP_MS).unref();
  }

  return {
    get count() {
      return count;
    },
    add(more) {
      if (more === 0) return;
      count += more;
      keepSoon();
    },
    reported(upTo) {
      if (upTo <= told) return;
      told = upTo;
      keepSoon();
    },
    close() {
      if (timer) keep();
    },
  };
}
