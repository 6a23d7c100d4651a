import type { Bed } from "./bed.ts";
import type { Generator } from "./load/generator.ts";
import type { Window } from "./load/protocol.ts";
import type { BenchOptions } from "./options.ts";
import { cpuSeconds, familyCpuSeconds, peakRssMiB, resetPeak } from "./proc.ts";

/** Someone who is measured: a load, and the process whose CPU and memory it costs. */
export type Contestant = {
  readonly generator: Generator;
  /** Undefined where PostgreSQL does everything. */
  readonly serverPid: number | undefined;
  /** The Envoy in between. */
  readonly envoyPid?: number;
  /** Whether what it sends is counted in `activations` afterwards. */
  readonly isCounted: boolean;
  /** Looks, after a window and outside of what is measured, at what else must have come of it; throws where it has not. */
  readonly afterwards?: (window: Window) => Promise<void>;
};

/** One window of one contestant. */
export type Sample = {
  /** Acknowledged per second. */
  readonly rate: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** CPU seconds per 1,000 acknowledged. */
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly envoyCpu: number;
  readonly clientCpu: number;
  readonly peakRssMiB: number;
};

/**
 * Measures all contestants in turn, round after round, after a shorter window of each to warm up: whatever else the
 * machine does meets all of them. Throws when a call was refused, or when rows are missing.
 */
export async function measureRounds<Name extends string>(
  bed: Bed,
  contestants: Record<Name, Contestant>,
  { rounds, seconds, say }: BenchOptions,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(contestants) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Sample[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const length = round === 0 ? Math.min(2, seconds) : seconds;
      const sample = await measure(bed, name, contestants[name], length);
      say(`${round === 0 ? "warm-up" : `round ${round}`}  ${name}  ${Math.round(sample.rate)}/s`);
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

async function measure(
  bed: Bed,
  name: string,
  { generator, serverPid, envoyPid, isCounted, afterwards }: Contestant,
  seconds: number,
): Promise<Sample> {
  await generator.refill(seconds);
  const pid = serverPid ?? 0;
  if (pid) resetPeak(pid);
  const cpu = () => ({
    server: cpuSeconds(pid),
    database: familyCpuSeconds(bed.postgres.pid),
    envoy: envoyPid ? cpuSeconds(envoyPid) : 0,
    client: cpuSeconds(generator.pid),
  });
  const before = cpu();
  const window = await generator.run(seconds);
  const after = cpu();
  const spent = (on: keyof typeof after) =>
    ((after[on] - before[on]) * 1_000) / Math.max(1, window.done);
  const sample = {
    rate: (window.done / window.elapsedMs) * 1_000,
    p50Ms: window.latency?.p50Ms,
    p99Ms: window.latency?.p99Ms,
    serverCpu: spent("server"),
    databaseCpu: spent("database"),
    envoyCpu: spent("envoy"),
    clientCpu: spent("client"),
    peakRssMiB: pid ? peakRssMiB(pid) : 0,
  };
  const { done, refused } = window;
  if (refused > 0) throw new Error(`${name}: ${refused} activations were refused`);
  await afterwards?.(window);
  const stored = await bed.clear();
  if (isCounted && stored !== done) {
    throw new Error(`${name}: ${done} activations were acknowledged, and ${stored} are stored`);
  }
  return sample;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
