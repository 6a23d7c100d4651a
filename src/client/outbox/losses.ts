import type { Spool } from "../spool/spool.ts";

/** Counts what is lost for good, across processes, until the server has been told. */
export type Losses = {
  /** Also those that an earlier process could not report. */
  readonly count: number;
  add(count: number): void;
  /** The server has taken note of so many. */
  reported(count: number): void;
};

const FILE = "losses";

export function createLosses(spool: Spool | undefined): Losses {
  const found = spool?.state.read<{ unreported?: unknown }>(FILE)?.unreported;
  let count = typeof found === "number" && found > 0 ? Math.floor(found) : 0;
  let told = 0;

  function keep(): void {
    spool?.state.write(FILE, { unreported: count - told });
  }

  return {
    get count() {
      return count;
    },
    add(more) {
      if (more === 0) return;
      count += more;
      keep();
    },
    reported(upTo) {
      if (upTo <= told) return;
      told = upTo;
      keep();
    },
  };
}
