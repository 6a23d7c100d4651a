import type { FireCost } from "../load/fire-program.ts";

/** What the live page has seen. */
export type Seen = {
  /** Activations by their numbers in the run, each once, with the time from `fire` to the frame. */
  readonly rows: readonly { readonly seq: number; readonly lagMs: number }[];
  /** How many more it was told of, and not given. */
  readonly skipped: number;
  readonly longTasks: readonly { readonly startedMs: number; readonly ms: number }[];
};

/** How long each call of the measured time took to the frame, the shortest first; for ever where it was never shown. */
export function lagsOf(
  { rows }: Pick<Seen, "rows">,
  { warmUpCalls, calls }: Pick<FireCost, "warmUpCalls" | "calls">,
): number[] {
  const lags = new Array<number>(calls).fill(Number.POSITIVE_INFINITY);
  for (const { seq, lagMs } of rows) {
    // Numbers begin with 1; those of the warm-up come first.
    const place = seq - warmUpCalls - 1;
    if (place < 0) continue;
    if (place >= calls)
      throw new Error(`the live page showed number ${seq}, which was never fired`);
    lags[place] = lagMs;
  }
  return lags.sort((a, b) => a - b);
}

/** The lag within which this share of all calls was shown. */
export function lagAt(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
}
