/** Work that many ask for at once, a little at a time: what else the process does comes in between. */
export type Turns = {
  /** Resolves when it is the caller's turn, after those who asked before. */
  take(): Promise<void>;
};

export type TurnsOptions = {
  /** How long turns may go on in one round of the event loop, in milliseconds; one more may begin just before. */
  budgetMs: number;
  /** Milliseconds of a monotonic clock. */
  nowMs?: () => number;
};

/**
 * The turns of a round come one after the other, each once what the turn before did without waiting is done; then
 * the event loop goes round, and sees to the connections.
 */
export function createTurns({ budgetMs, nowMs = () => performance.now() }: TurnsOptions): Turns {
  let waiting: (() => void)[] = [];
  let taken = 0;

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
    else setImmediate(round);
  }

  return {
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(round);
      });
    },
  };
}
