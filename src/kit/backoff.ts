export type BackoffOptions = {
  minMs: number;
  maxMs: number;
  factor?: number;
  /** The share of each wait that is certain; the rest is drawn. 0 draws all of it. */
  certain?: number;
  random?: () => number;
};

/**
 * Waiting times that grow by `factor` (2) from `minMs` to `maxMs`, each drawn between `certain` (half) of itself and itself, so that
 * many who failed together do not come back together.
 */
export function createBackoff({
  minMs,
  maxMs,
  factor = 2,
  certain = 0.5,
  random = Math.random,
}: BackoffOptions) {
  let failures = 0;
  return {
    /** The next wait in milliseconds. */
    nextMs(): number {
      const ceiling = Math.min(maxMs, minMs * factor ** failures);
      failures += 1;
      return Math.round(ceiling * (certain + random() * (1 - certain)));
    },
    /** Call after a success: the next wait is short again. */
    reset(): void {
      failures = 0;
    },
  };
}
