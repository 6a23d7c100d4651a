/** Work that many ask for at once, a little at a time, when there is nothing more pressing to do. */
export type Turns = {
  /** Resolves when it is the caller's turn, after those who asked before. */
  take(): Promise<void>;
  /** Tells that the more pressing work has come to a lull: turns that wait for that begin. */
  lull(): void;
};

export type TurnsOptions = {
  /** How long turns may go on in one round of the event loop, in milliseconds; one more may begin just before. */
  budgetMs: number;
  /** Whether something more pressing is under way. Default: never. */
  isBusy?: () => boolean;
  /** How long turns wait for a lull, at most, in milliseconds. Default 10. */
  patienceMs?: number;
  /** Milliseconds of a monotonic clock. */
  nowMs?: () => number;
};

/**
 * (asked) waiting for a lull, where something is more pressing → round → (all had their turn) nothing, or (the budget is used
 * up) waiting.
 *
 * The turns of a round come one after the other, each once what the turn before did without waiting is done; then
 * the event loop goes round, and sees to the connections.
 */
export function createTurns({
  budgetMs,
  isBusy = () => false,
  patienceMs = 10,
  nowMs = () => performance.now(),
}: TurnsOptions): Turns {
  let waiting: (() => void)[] = [];
  let taken = 0;
  let patience: NodeJS.Timeout | undefined;

  function planRound(): void {
    if (isBusy()) patience = setTimeout(beginAtOnce, patienceMs);
    else setImmediate(round);
  }

  function beginAtOnce(): void {
    patience = undefined;
    round();
  }

  function round(): void {
    waiting.splice(0, taken);
    taken = 0;
    next(nowMs() + budgetMs);
  }

  function next(untilMs: number): void {
    const go = waiting[taken];
    taken += 1;
    go?.();
    if (taken === waiting.length) {
      waiting = [];
      taken = 0;
    } else {
      // Ticks come once there are no microtasks left: when the turn has gone as far as it can.
      queueMicrotask(() => process.nextTick(goOn, untilMs));
    }
  }

  function goOn(untilMs: number): void {
    if (nowMs() < untilMs) next(untilMs);
    else planRound();
  }

  return {
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) planRound();
      });
    },
    lull() {
      if (!patience) return;
      clearTimeout(patience);
      patience = undefined;
      // What the lull came from is sent first.
      setImmediate(round);
    },
  };
}
