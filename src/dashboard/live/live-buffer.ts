import type { Activation } from "../api/types.ts";

/** What to draw: rows to put on top (newest first), and whether everything below them stays. */
export type Drawing = { rows: Activation[]; replaces: boolean };

/**
 * Rows between the feed and the list. Flowing: rows wait for the next frame. Held (paused, or the reader is further down):
 * they wait until they are let go, and only the newest `size` of them are kept, for no more can be shown.
 */
export function createLiveBuffer(size: number) {
  /** Oldest first. */
  let waiting: Activation[] = [];
  let arrived = 0;
  /** Since a resumed feed may send rows twice. */
  const known = new Set<string>();

  return {
    /** Takes rows as the feed sends them: newest last. */
    push(rows: readonly Activation[], left = 0): void {
      arrived += left;
      for (const row of rows) {
        const key = `${row.system_id} ${row.activation_id}`;
        if (known.has(key)) continue;
        known.add(key);
        waiting.push(row);
        arrived += 1;
      }
      if (waiting.length > size * 2) waiting = waiting.slice(-size);
      forget(known, size * 4);
    },

    /** How many came since the list was drawn. */
    get count(): number {
      return arrived;
    },

    /** The rows to draw now, newest first. */
    take(): Drawing {
      const rows = waiting.slice(-size).reverse();
      const replaces = arrived > size || rows.length === size;
      waiting = [];
      arrived = 0;
      return { rows, replaces };
    },

    clear(): void {
      waiting = [];
      arrived = 0;
      known.clear();
    },
  };
}

export type LiveBuffer = ReturnType<typeof createLiveBuffer>;

function forget(known: Set<string>, most: number): void {
  if (known.size <= most) return;
  let extra = known.size - most;
  for (const key of known) {
    known.delete(key);
    extra -= 1;
    if (extra <= 0) return;
  }
}
