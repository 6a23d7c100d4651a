import { ID_SKEW_MS } from "../../domain/activation.ts";
import { type FiredHour, HOUR_MS } from "../../store/reads/fired-hours.ts";

/** Counts are by the time of an activation, rows lie by their ids: whoever goes by the counts looks so far around each hour. */
export const SKEW_MS = ID_SKEW_MS;

/** Days without rows that one look may pass over, times the rows that it is for: each system looks into each day. */
const MAX_DAYS_TIMES_ROWS = 5_000;

export type SpanWish = {
  /** Where the look begins: before this millisecond. */
  beforeMs: number;
  /** Nothing older is wanted. */
  lowMs: number;
  nowMs: number;
  /** Rows to find, and rows that may be looked at for them. */
  wanted: number;
  budget: number;
};

/** The next stretch of time to look at: from lowMs to before highMs. Rows in it are those of these hours. */
export type Span = { lowMs: number; highMs: number; hours: FiredHour[]; cost: number };

/**
 * As much of the newest of these hours as should have the wanted rows, and no more than the budget allows. `hours` must be
 * all in which something fired, the newest first; undefined where none of them reaches below `beforeMs`.
 */
export function nextSpan(hours: readonly FiredHour[], wish: SpanWish): Span | undefined {
  const { beforeMs, lowMs, nowMs, wanted, budget } = wish;
  const left = hours.filter(({ ms }) => ms - SKEW_MS < beforeMs && ms + HOUR_MS + SKEW_MS > lowMs);
  const [first] = left;
  if (!first) return undefined;
  const highMs = Math.min(beforeMs, first.ms + HOUR_MS + SKEW_MS);
  const chosen: FiredHour[] = [];
  let bottomMs = highMs;
  let found = 0;
  let cost = 0;
  for (const hour of left) {
    const isFirst = chosen.length === 0;
    const days = (highMs - hour.ms) / (24 * HOUR_MS);
    if (!isFirst && bottomMs > hour.ms + HOUR_MS && days * found > MAX_DAYS_TIMES_ROWS) break;
    // The hour that has begun is no longer than so far.
    const endMs = Math.min(hour.ms + HOUR_MS, Math.max(hour.ms + 1, nowMs));
    const topMs = Math.max(hour.ms, Math.min(endMs, highMs));
    const share = (topMs - hour.ms) / (endMs - hour.ms);
    const part = Math.min(
      (wanted - found) / Math.max(1, hour.wanted * share),
      (budget - cost) / Math.max(1, hour.cost * share),
    );
    chosen.push(hour);
    if (part < 1) {
      bottomMs = Math.min(bottomMs - 1, Math.ceil(topMs - part * (topMs - hour.ms)));
      cost += part * hour.cost * share;
      break;
    }
    bottomMs = Math.min(bottomMs - 1, hour.ms - SKEW_MS);
    found += hour.wanted * share;
    cost += hour.cost * share;
  }
  return {
    lowMs: Math.max(lowMs, bottomMs),
    highMs,
    hours: withNeighbours(left, chosen, bottomMs),
    cost,
  };
}

/** Rows of an older hour may have ids of the stretch. */
function withNeighbours(
  left: readonly FiredHour[],
  chosen: FiredHour[],
  bottomMs: number,
): FiredHour[] {
  const next = left[chosen.length];
  return next && next.ms + HOUR_MS + SKEW_MS > bottomMs ? [...chosen, next] : chosen;
}
