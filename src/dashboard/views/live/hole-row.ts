import { type ActivationFilters, api, withQuery } from "../../api/paths.ts";
import type { Hole } from "../../live/live-buffer.ts";
import { to } from "../../router/route.ts";
import { countWords } from "../../ui/number-words.ts";

/** Where all of what a hole left out can be had. */
export type HoleLink = { href: string; words: string; isFile: boolean };

/** It is about when rows came, and lists go by when they happened: a little more on both sides. */
const AROUND_MS = 1_000;

/** The history of a system, with the filters of the feed; a file, where no page shows what these leave. */
export function holeLink(filters: ActivationFilters, { since, until }: Hole): HoleLink {
  const { system_id, run_id, category, name, identity, ...flags } = filters;
  const times = {
    since: new Date(since.getTime() - AROUND_MS).toISOString(),
    until: new Date(until.getTime() + AROUND_MS).toISOString(),
  };
  if (system_id && !run_id && !Object.values(flags).some(Boolean)) {
    const query = { show: "history", category, name, identity, ...times };
    return { href: withQuery(to.system(system_id), query), words: "history", isFile: false };
  }
  return {
    href: api.csv({ ...filters, ...times }),
    words: "all of that time as CSV",
    isFile: true,
  };
}

/** One line of a feed, where rows were left out. */
export function createHoleRow({ notShown }: Hole, link: HoleLink | undefined): HTMLElement {
  const row = document.createElement("li");
  row.className = "feed-hole";
  row.dataset.row = "";
  row.append(`${countWords(notShown)} not shown: more came than a page can show. `);
  if (!link) return row;
  const anchor = document.createElement("a");
  anchor.href = link.href;
  anchor.textContent = link.words;
  anchor.dataset.nav = "";
  if (link.isFile) anchor.download = "activations.csv";
  row.append(anchor);
  return row;
}
