import { LRUCache } from "lru-cache";
import { SlimmerError } from "../domain/errors.ts";
import type { Lane } from "../store/lane.ts";
import { findSystem } from "../store/systems.ts";

/** What every question needs. */
export type ReaderContext = {
  /** One connection for one question, so that its parts are read right after one another. */
  read: Lane["run"];
  nowUs(): number;
  /** For systems whose runs do not say it themselves. */
  readonly silentAfterMs: number;
  /** The number of a system. Throws NOT_FOUND. */
  requireSystem(systemId: string): Promise<number>;
};

export type ReaderContextOptions = {
  lane: Pick<Lane, "run">;
  silentAfterMs: number;
  nowMs(): number;
};

const MAX_NAMES = 20_000;

export function createReaderContext({
  lane,
  silentAfterMs,
  nowMs,
}: ReaderContextOptions): ReaderContext {
  // A system never loses its number.
  const numbers = new LRUCache<string, number>({ max: MAX_NAMES });
  return {
    read: (work) => lane.run(work),
    nowUs: () => Math.round(nowMs() * 1_000),
    silentAfterMs,
    async requireSystem(systemId) {
      const known = numbers.get(systemId);
      if (known !== undefined) return known;
      const systemNo = await lane.run((db) => findSystem(db, systemId));
      if (systemNo === undefined) throw noSystem(systemId);
      numbers.set(systemId, systemNo);
      return systemNo;
    },
  };
}

export function noSystem(systemId: string): SlimmerError {
  return new SlimmerError("NOT_FOUND", `there is no system ${JSON.stringify(systemId)}`);
}

export function noRun(systemId: string, runId: string): SlimmerError {
  return new SlimmerError("NOT_FOUND", `system ${JSON.stringify(systemId)} has no run ${runId}`);
}

export function noSensor(
  systemId: string,
  { category, name, identity }: { category: string; name: string; identity: string },
): SlimmerError {
  const names = [category, name, identity].map((part) => JSON.stringify(part)).join(", ");
  return new SlimmerError("NOT_FOUND", `system ${JSON.stringify(systemId)} has no sensor ${names}`);
}
