export type BenchOptions = {
  /** Measured windows of each contestant. */
  rounds: number;
  /** Length of one window. */
  seconds: number;
  /** Rows to measure, by number; all when empty. */
  only: readonly number[];
  callers: number;
  connections: number;
  /** Activations in one batch. */
  batch: number;
  systems: number;
  sensors: number;
  /** How long the full queue is held, in row 5. */
  holdSeconds: number;
  /** Activations in the spool of row 8. */
  backlog: number;
  /** Activations in the large history of row 9, and in the files of row 12. */
  history: number;
  say(line: string): void;
};

export const BENCH_DEFAULTS = {
  rounds: 3,
  seconds: 5,
  only: [],
  callers: 100,
  connections: 4,
  batch: 500,
  systems: 5,
  sensors: 5_000,
  holdSeconds: 4,
  backlog: 100_000,
  history: 1_000_000,
} as const satisfies Partial<BenchOptions>;
