import { LRUCache } from "lru-cache";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Pace } from "./pace.ts";
import { type Representation, represent } from "./representation.ts";

/** How old an answer may be that somebody else has asked for, by the pace that pages are told. */
const FRESH_MS = 1_000;
const FRESH_PACED_MS = 2_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ANSWERS = 1_000;
/** Made again in a second, so the work must be little. */
const QUALITY = 4;

/** Answers that many ask for at the same time: 200 open pages want the same things, and cost one. */
export type Answers = {
  /**
   * The JSON that `make` resolves to, for everybody who asks with this key within a second, or within some where pages are told to
   * ask less often. A failure is never kept.
   */
  get(key: string, make: () => Promise<string>): Promise<Representation>;
};

/** That time begins when the work does, so what is answered is at most that much older than the work itself takes. */
export function createAnswers({
  metrics,
  pace,
  nowMs = () => performance.now(),
}: {
  metrics: Pick<Metrics, "webAnswers">;
  pace: Pick<Pace, "factor">;
  nowMs?: () => number;
}): Answers {
  const running = new Map<string, Promise<Representation>>();
  const kept = new LRUCache<string, { answer: Representation; staleAtMs: number }>({
    max: MAX_ANSWERS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }, key) => answer.body.length * 2 + key.length + 500,
  });

  async function compute(key: string, make: () => Promise<string>): Promise<Representation> {
    const { factor } = pace;
    const staleAtMs = nowMs() + (factor === 1 ? FRESH_MS : factor * FRESH_PACED_MS);
    try {
      const answer = represent(await make(), {
        type: "application/json; charset=utf-8",
        quality: QUALITY,
      });
      if (nowMs() < staleAtMs) kept.set(key, { answer, staleAtMs });
      return answer;
    } finally {
      running.delete(key);
    }
  }

  return {
    async get(key, make) {
      const found = kept.get(key);
      if (found && nowMs() < found.staleAtMs) {
        metrics.webAnswers.inc({ source: "kept" });
        return found.answer;
      }
      const other = running.get(key);
      metrics.webAnswers.inc({ source: other ? "shared" : "made" });
      if (other) return await other;
      const work = compute(key, make);
      running.set(key, work);
      return await work;
    },
  };
}
