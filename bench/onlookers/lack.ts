import type { Given, GivenPage } from "./protocol.ts";

/** What was stored while onlookers were there, the same number in each of the systems. */
export type StoredRows = { readonly rows: number; readonly systems: number };

/**
 * What onlookers should have been given since `before`, and were not yet, as a sentence: every activation by the watchers
 * together, news of every one by each page that follows a feed, and an answer by each page. Undefined where they were.
 */
export function lackOf(before: Given, now: Given, stored: StoredRows): string | undefined {
  const watched = now.watched.activations - before.watched.activations;
  if (watched < stored.rows) {
    return `the watchers together were given ${watched} of ${stored.rows} activations`;
  }
  for (const [place, page] of now.pages.entries()) {
    const earlier = before.pages[place] as GivenPage;
    const name = page.systemId ? `${page.screen} of ${page.systemId}` : page.screen;
    if (page.told) {
      const told = page.told.activations - (earlier.told?.activations ?? 0);
      const wanted = page.systemId ? Math.floor(stored.rows / stored.systems) : stored.rows;
      if (told < wanted) {
        return `an open page (${name}) was told of ${told} of ${wanted} activations`;
      }
    }
    if (page.answers === earlier.answers) return `an open page (${name}) was given no answer`;
  }
  return undefined;
}

/** What the pages were given between two moments. */
export type PagesGiven = {
  readonly answers: number;
  /** How many answers they should have had at least, by the times at which they ask. */
  readonly answersDue: number;
  /** Events with activations. */
  readonly events: number;
};

export function pagesGiven(before: Given, after: Given, elapsedMs: number): PagesGiven {
  const sum = (of: (page: GivenPage) => number, { pages }: Given) =>
    pages.reduce((total, page) => total + of(page), 0);
  const grown = (of: (page: GivenPage) => number) => sum(of, after) - sum(of, before);
  return {
    answers: grown(({ answers }) => answers),
    answersDue: (sum(({ asksPerSecond }) => asksPerSecond, after) * elapsedMs) / 1_000,
    events: grown(({ told }) => told?.events ?? 0),
  };
}
