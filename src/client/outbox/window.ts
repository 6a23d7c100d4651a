import type { Item, Room } from "./item.ts";

/** What waits in memory, in the order of firing. Both ends are open: the newest leave at one, the oldest at the other. */
export type Window<Entry extends Item> = {
  readonly length: number;
  push(entry: Entry): void;
  /** The newest, of one run, in the order of firing. */
  takeNewest(room: Room): Entry[];
  /** The oldest, of one run. */
  takeOldest(room: Room): Entry[];
  /** Puts what was taken back to its place. */
  putBack(entries: readonly Entry[]): void;
  /** Takes out the oldest for which `select` holds, at most `count`. */
  remove(count: number, select: (entry: Entry) => boolean): Entry[];
  [Symbol.iterator](): Iterator<Entry>;
};

/** What is taken from the front leaves holes; past this many they are closed. */
const MAX_HOLES = 4_096;

export function createWindow<Entry extends Item & { readonly order: number }>(): Window<Entry> {
  let entries: Entry[] = [];
  /** Entries before this place are gone. */
  let first = 0;

  function closeHoles(): void {
    if (first < MAX_HOLES && first < entries.length) return;
    entries = entries.slice(first);
    first = 0;
  }

  return {
    get length() {
      return entries.length - first;
    },
    push(entry) {
      entries.push(entry);
    },
    takeNewest(room) {
      const last = entries.at(-1);
      if (entries.length === first || !last) return [];
      let from = entries.length - 1;
      let bytes = last.bytes.length;
      for (; from > first && entries.length - from < room.items; from -= 1) {
        const entry = entries[from - 1] as Entry;
        bytes += entry.bytes.length;
        if (entry.runId !== last.runId || bytes > room.bytes) break;
      }
      return entries.splice(from);
    },
    takeOldest(room) {
      const start = entries[first];
      if (!start) return [];
      let to = first + 1;
      let bytes = start.bytes.length;
      for (; to < entries.length && to - first < room.items; to += 1) {
        const entry = entries[to] as Entry;
        bytes += entry.bytes.length;
        if (entry.runId !== start.runId || bytes > room.bytes) break;
      }
      const taken = entries.slice(first, to);
      first = to;
      closeHoles();
      return taken;
    },
    putBack(returned) {
      if (returned.length === 0) return;
      entries = [...entries.slice(first), ...returned].sort((a, b) => a.order - b.order);
      first = 0;
    },
    remove(count, select) {
      const removed: Entry[] = [];
      const kept: Entry[] = [];
      for (let place = first; place < entries.length; place += 1) {
        const entry = entries[place] as Entry;
        if (removed.length < count && select(entry)) removed.push(entry);
        else kept.push(entry);
      }
      if (removed.length > 0) {
        entries = kept;
        first = 0;
      }
      return removed;
    },
    *[Symbol.iterator]() {
      for (let place = first; place < entries.length; place += 1) yield entries[place] as Entry;
    },
  };
}
