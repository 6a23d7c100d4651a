export type TortureOptions = {
  /** Different activations; each is sent one to three times. */
  count: number;
  systems: number;
  /** The same seed makes the same plan. */
  seed: number;
  /** Every other one is a crash (SIGKILL) rather than a shutdown. */
  postgresRestarts: number;
  serverKills: number;
  /** How long the load lasts when nothing goes wrong, in seconds. */
  seconds: number;
  /** What is said while it runs. */
  say(line: string): void;
};

export const TORTURE_DEFAULTS = {
  count: 20_000,
  systems: 8,
  postgresRestarts: 2,
  serverKills: 1,
  seconds: 20,
} as const satisfies Partial<TortureOptions>;
