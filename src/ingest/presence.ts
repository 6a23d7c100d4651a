import { LRUCache } from "lru-cache";
import { SlimmerError } from "../domain/errors.ts";
import type { ClientReport } from "../domain/run.ts";
import type { Presence } from "../store/folds.ts";

export type PresenceBook = {
  /** Notes a system's sign of life. Throws SYSTEM_UNKNOWN for a system that never registered a run. */
  note(systemId: string, seenAtMs: number, report: ClientReport | undefined): Promise<void>;
  /** Takes away what was noted since the last time. */
  take(): Presence[];
  /** Puts back what could not be written; newer notes win. */
  putBack(presences: readonly Presence[]): void;
};

const MAX_SYSTEMS = 100_000;

/**
 * Signs of life that no activation carries, gathered in memory and written about once a second, one per system. A crash
 * may lose the last second of them; the next ping mends that.
 */
export function createPresenceBook({
  findSystem,
}: {
  findSystem(systemId: string): Promise<number | undefined>;
}): PresenceBook {
  const systemNos = new LRUCache<string, number>({ max: MAX_SYSTEMS });
  let noted = new Map<number, Presence>();

  return {
    async note(systemId, seenAtMs, report) {
      const systemNo = systemNos.get(systemId) ?? (await findSystem(systemId));
      if (systemNo === undefined) {
        throw new SlimmerError(
          "SYSTEM_UNKNOWN",
          `no system ${JSON.stringify(systemId)} has ever registered: start with new_system_run`,
        );
      }
      systemNos.set(systemId, systemNo);
      const earlier = noted.get(systemNo);
      noted.set(systemNo, { systemNo, seenAtMs, report: report ?? earlier?.report });
    },
    take() {
      const taken = [...noted.values()];
      noted = new Map();
      return taken;
    },
    putBack(presences) {
      for (const presence of presences) {
        const newer = noted.get(presence.systemNo);
        const report = newer?.report ?? presence.report;
        noted.set(presence.systemNo, { ...(newer ?? presence), report });
      }
    },
  };
}
