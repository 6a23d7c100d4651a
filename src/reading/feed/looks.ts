import type { Position } from "./cursor.ts";
import type { LiveEvent } from "./feed.ts";

/** What one page saw from its position on: the event, undefined where nothing matched, and where it goes on. */
export type Look = { readonly event: LiveEvent | undefined; readonly position: Position };

/** Pages that want the same, and are at the same place, look once for all of them. */
export type Looks = {
  /** `key` is what is wanted, and from where; `head` the end of the feed, with which what was seen is forgotten. */
  share(head: number, key: string, look: () => Promise<Look>): Promise<Look>;
};

export function createLooks(): Looks {
  let seen = new Map<string, Promise<Look>>();
  let seenHead = -1;
  return {
    share(head, key, look) {
      if (head !== seenHead) {
        seen = new Map();
        seenHead = head;
      }
      const known = seen.get(key);
      if (known) return known;
      const looks = seen;
      const made = look();
      looks.set(key, made);
      // The next one tries again.
      made.catch(() => looks.delete(key));
      return made;
    },
  };
}
