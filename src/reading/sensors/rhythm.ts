import type { GapBucket, Rhythm } from "slimmer-grpc";
import { toDuration, toOptionalDuration } from "../wire-time.ts";

/** The end of the first bucket; each other one ends at twice its beginning. */
const SHORTEST_US = 100_000;

/** The gaps between firings (Unix microseconds, in any order), as of `nowUs`. */
export function rhythmOf(firedUs: readonly number[], nowUs: number): Rhythm {
  const sorted = [...firedUs].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((us, place) => us - (sorted[place] as number));
  gaps.sort((a, b) => a - b);
  const lastUs = sorted.at(-1);
  return {
    gaps: gaps.length,
    shortest: toOptionalDuration(gaps[0]),
    median: toOptionalDuration(quantile(gaps, 0.5)),
    p90: toOptionalDuration(quantile(gaps, 0.9)),
    longest: toOptionalDuration(gaps.at(-1)),
    current: lastUs === undefined ? null : toDuration(Math.max(0, nowUs - lastUs)),
    buckets: bucketsOf(gaps),
  };
}

/** The smallest gap that at least this part of all does not exceed. */
function quantile(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.ceil(sorted.length * part) - 1];
}

/** From the first bucket that has a gap to the last, without holes: a bucket ends where the next begins. */
function bucketsOf(sorted: readonly number[]): GapBucket[] {
  const counts: number[] = [];
  for (const gap of sorted) {
    const place = placeOf(gap);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const first = counts.findIndex((count) => count !== undefined);
  if (first < 0) return [];
  return Array.from({ length: counts.length - first }, (_, offset) => {
    const place = first + offset;
    return { at_least: toDuration(beginningOf(place)), count: counts[place] ?? 0 };
  });
}

function placeOf(gapUs: number): number {
  let place = 0;
  while (gapUs >= beginningOf(place + 1)) place += 1;
  return place;
}

function beginningOf(place: number): number {
  return place === 0 ? 0 : SHORTEST_US * 2 ** (place - 1);
}
