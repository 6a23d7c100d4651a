import type { Lost } from "./spool.ts";
import type { StateFiles } from "./state-files.ts";

const STATE = "damaged";

export type DamageReport = ReturnType<typeof createDamageReport>;

/**
 * Tells of lost records, and remembers for each segment how many it told of: a damaged segment that is still needed is
 * found damaged again by every later process, and its records are lost once only.
 */
export function createDamageReport({
  tell,
  state,
}: {
  tell: (lost: Lost) => void;
  state: StateFiles;
}) {
  const told = new Map(Object.entries(state.read<Record<string, number>>(STATE) ?? {}));

  function say(file: string, lost: Lost): void {
    try {
      tell(lost);
    } catch {
      // A listener's own mistake: it must not stop the work that was told of.
    }
    told.set(file, (told.get(file) ?? 0) + lost.count);
    keep();
  }

  function keep(): void {
    state.write(STATE, Object.fromEntries(told));
  }

  return {
    /** All that is lost in a segment, seen by reading it from its beginning. */
    foundIn(file: string, damaged: readonly Lost[]): void {
      if (damaged.length === 0) return;
      const count = damaged.reduce((sum, lost) => sum + lost.count, 0) - (told.get(file) ?? 0);
      if (count <= 0) return;
      const fromMs = Math.min(...damaged.map((lost) => lost.fromMs));
      const toMs = Math.max(...damaged.map((lost) => lost.toMs));
      say(file, { count, fromMs, toMs });
    },
    /** Records that could be read when the segment was opened, and can't be read now. */
    lostSince: say,
    /** These segments are all there are; what was told of others can be forgotten. */
    keepOnly(files: readonly string[]): void {
      const before = told.size;
      for (const file of told.keys()) if (!files.includes(file)) told.delete(file);
      if (told.size !== before) keep();
    },
  };
}
