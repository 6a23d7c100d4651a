/** How many came a second, over the last few seconds; times in milliseconds. */
export function createRateMeter(overMs = 10_000) {
  let samples: { at: number; count: number }[] = [];
  let startedAt: number | undefined;
  return {
    add(count: number, at: number): void {
      startedAt ??= at;
      samples.push({ at, count });
    },
    /** Per second; undefined until there is a second to speak of. */
    rate(now: number): number | undefined {
      samples = samples.filter(({ at }) => at > now - overMs);
      if (startedAt === undefined) return undefined;
      const span = Math.min(overMs, now - startedAt);
      if (span < 1_000) return undefined;
      return samples.reduce((sum, { count }) => sum + count, 0) / (span / 1_000);
    },
  };
}

/** The middle one of some figures. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
