import { readFeedBefore, readFeedFrom } from "../../store/feed.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import type { Read } from "./names.ts";
import { inStretches, type Stretch } from "./stretch.ts";

/** The feed before what the ring has, read in pages by those who want it. */
export type Backlog = {
  /** The stretch with record `no`, and some of its successors; something else, or nothing, where it is not there any more. */
  from(no: number): Promise<readonly Stretch[]>;
  /** Some stretches that end with the record before `no`. */
  before(no: number): Promise<readonly Stretch[]>;
};

/** Pages that are kept: those who fell behind together go on together. */
const MAX_PAGES = 4;

/** One page is read at a time, however many are behind: catching up must not become the load. */
export function createBacklog(read: Read): Backlog {
  const pages: (readonly Stretch[])[] = [];
  let reading: Promise<unknown> = Promise.resolve();

  function keptFrom(no: number): readonly Stretch[] | undefined {
    for (const page of pages) {
      const place = page.findIndex(({ firstNo, nextNo }) => firstNo <= no && no < nextNo);
      if (place >= 0) return page.slice(place);
    }
    return undefined;
  }

  function keptBefore(no: number): readonly Stretch[] | undefined {
    return pages.find((page) => page.at(-1)?.nextNo === no);
  }

  async function inTurn(
    kept: () => readonly Stretch[] | undefined,
    readPage: () => Promise<FeedRecord[]>,
  ): Promise<readonly Stretch[]> {
    const known = kept();
    if (known) return known;
    const turn = reading.then(async () => {
      const read = kept();
      if (read) return read;
      const page = inStretches(await readPage());
      if (page.length > 0) pages.unshift(page);
      pages.splice(MAX_PAGES);
      return page;
    });
    reading = turn.catch(() => {});
    return turn;
  }

  return {
    from: (no) =>
      inTurn(
        () => keptFrom(no),
        () => read((db) => readFeedFrom(db, no)),
      ),
    before: (no) =>
      inTurn(
        () => keptBefore(no),
        () => read((db) => readFeedBefore(db, no)),
      ),
  };
}
