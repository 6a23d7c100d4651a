import { LRUCache } from "lru-cache";
import { SlimmerError } from "../domain/errors.ts";
import type { ClientReport } from "../domain/run.ts";
import type { Presence } from "../store/presence.ts";

/** A sign of life as it came: of a run, where the client named one. */
export type SignOfLife = {
  runNo: number | undefined;
  seenAtMs: number;
  report: ClientReport | undefined;
};

export type PresenceBook = {
  /** Notes a system's sign of life. Throws SYSTEM_UNKNOWN for a system that never registered a run. */
  note(systemId: string, sign: SignOfLife): Promise<void>;
  /** Takes away what was noted since the last time. */
  take(): Presence[];
  /** Puts back what could not be written; newer notes win. */
  putBack(presences: readonly Presence[]): void;
};

const MAX_SYSTEMS = 100_000;

/**
 * Signs of life that no activation carries, gathered in memory and written about once a second, one per system and run. A
 * crash may lose the last second of them; the next ping mends that.
 */
export function createPresenceBook({
  findSystem,
}: {
  findSystem(systemId: string): Promise<number | undefined>;
}): PresenceBook {
  const systemNos = new LRUCache<string, number>({ max: MAX_SYSTEMS });
  let noted = new Map<string, Presence>();

  return {
    async note(systemId, { runNo, seenAtMs, report }) {
      const systemNo = systemNos.get(systemId) ?? (await findSystem(systemId));
      if (systemNo === undefined) {
        throw new SlimmerError(
          "SYSTEM_UNKNOWN",
          `no system ${JSON.stringify(systemId)} has ever registered: start with new_system_run`,
        );
      }
      systemNos.set(systemId, systemNo);
      const key = keyOf({ systemNo, runNo });
      noted.set(key, { systemNo, runNo, seenAtMs, report: report ?? noted.get(key)?.report });
    },
    take() {
      const taken = [...noted.values()];
      noted = new Map();
      return taken;
    },
    putBack(presences) {
      for (const presence of presences) {
        const key = keyOf(presence);
        const newer = noted.get(key);
        const report = newer?.report ?? presence.report;
        noted.set(key, { ...(newer ?? presence), report });
      }
    },
  };
}

function keyOf({ systemNo, runNo }: Pick<Presence, "systemNo" | "runNo">): string {
  return `${systemNo} ${runNo ?? ""}`;
}
