import { readFeedBefore, readFeedFrom } from "../../store/feed.ts";
import type { FeedRecord } from "../../store/feed-record.ts";
import { type HeldRecord, holdRecord } from "./held-record.ts";
import type { Read } from "./names.ts";

/** The feed before what the ring has, read in pages by those who want it. */
export type Backlog = {
  /** Record `no` and some of its successors; something else, or nothing, where it is not there any more. */
  from(no: number): Promise<readonly HeldRecord[]>;
  /** Some records that end with the one before `no`. */
  before(no: number): Promise<readonly HeldRecord[]>;
};

/** Pages that are kept: those who fell behind together go on together. */
const MAX_PAGES = 4;

/** One page is read at a time, however many are behind: catching up must not become the load. */
export function createBacklog(read: Read): Backlog {
  const pages: (readonly HeldRecord[])[] = [];
  let reading: Promise<unknown> = Promise.resolve();

  function keptFrom(no: number): readonly HeldRecord[] | undefined {
    for (const page of pages) {
      const firstNo = page[0]?.record.no ?? 0;
      if (firstNo <= no && no < firstNo + page.length) return page.slice(no - firstNo);
    }
    return undefined;
  }

  function keptBefore(no: number): readonly HeldRecord[] | undefined {
    const page = pages.find((one) => one.at(-1)?.record.no === no - 1);
    return page;
  }

  async function inTurn(
    kept: () => readonly HeldRecord[] | undefined,
    readPage: () => Promise<FeedRecord[]>,
  ): Promise<readonly HeldRecord[]> {
    const known = kept();
    if (known) return known;
    const turn = reading.then(async () => {
      const read = kept();
      if (read) return read;
      const page = (await readPage()).map(holdRecord);
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
