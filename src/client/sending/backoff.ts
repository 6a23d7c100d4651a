const MIN_MS = 100;
const MAX_MS = 30_000;

/**
 * Full jitter: each wait is drawn between nothing and a ceiling that doubles from 100 ms to 30 s, so that many who failed
 * together do not come back together (M. Brooker, "Exponential Backoff And Jitter", 2015). No limit of attempts.
 */
export function createBackoff(random: () => number = Math.random) {
  let failures = 0;
  return {
    /** The next wait in milliseconds; not shorter than the server asked for. */
    nextMs(atLeastMs = 0): number {
      const ceiling = Math.min(MAX_MS, MIN_MS * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return Math.round(
        Math.max(random() * ceiling, atLeastMs + random() * Math.min(ceiling, atLeastMs)),
      );
    },
    /** After a success the next wait is short again. */
    reset(): void {
      failures = 0;
    },
  };
}
