import type { Activation } from "../api/types.ts";

/** Activations that came between two others, and are not shown because a page can't show so many. */
export type Hole = { readonly notShown: number; readonly since: Date; readonly until: Date };

/** What a list of the feed has in it. */
export type FeedItem = Activation | Hole;

export function isHole(item: FeedItem): item is Hole {
  return "notShown" in item;
}

/** What to draw: items to put on top (newest first), and whether they take the place of everything below them. */
export type Drawing = { items: FeedItem[]; replaces: boolean };

/**
 * Rows between the feed and the list. Flowing: rows wait for the next frame. Held (paused, or the reader is further down):
 * they wait until they are let go, and only the newest `size` of them are kept, for no more can be shown.
 */
export function createLiveBuffer(size: number) {
  /** Oldest first. */
  let waiting: FeedItem[] = [];
  let arrived = 0;
  let beginsAnew = false;
  let replaces = false;
  /** In the list or on the way there, since a resumed feed may send rows twice. */
  const known = new Set<string>();
  /** Counted once, also where the feed began anew in between and sends them again. */
  const counted = new Set<string>();

  return {
    /** Takes rows as the feed sends them, newest last; `hole`: what was left out before them. */
    push(rows: readonly Activation[], hole?: Hole): void {
      if (beginsAnew) {
        beginsAnew = false;
        replaces = true;
        waiting = [];
        known.clear();
      }
      if (hole) {
        arrived += hole.notShown;
        waiting.push(hole);
      }
      for (const row of rows) {
        const key = `${row.system_id} ${row.activation_id}`;
        if (known.has(key)) continue;
        known.add(key);
        waiting.push(row);
        if (!counted.has(key)) arrived += 1;
        counted.add(key);
      }
      if (waiting.length > size * 2) waiting = waiting.slice(-size);
      forget(known, size * 4);
      forget(counted, size * 4);
    },

    /** How many came since the list was drawn. */
    get count(): number {
      return arrived;
    },

    /** The items to draw now, newest first. */
    take(): Drawing {
      const items = waiting.slice(-size).reverse();
      const drawing = { items, replaces: replaces || items.length === size };
      waiting = [];
      arrived = 0;
      replaces = false;
      return drawing;
    },

    /** The feed begins anew: nobody knows what is missing between what is there and the next rows, which take its place. */
    beginAnew(): void {
      beginsAnew = true;
    },
  };
}

export type LiveBuffer = ReturnType<typeof createLiveBuffer>;

function forget(keys: Set<string>, most: number): void {
  let extra = keys.size - most;
  for (const key of keys) {
    if (extra <= 0) return;
    keys.delete(key);
    extra -= 1;
  }
}
