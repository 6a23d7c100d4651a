/** What is new costs by the message rather than by the row: no more than this a second, as long as each watcher has one. */
const MESSAGES_PER_SECOND = 50;
const MOST_REST_MS = 1_000;
/** Rows a second from which on a feed is busy: what is rarer comes as soon as it can. */
const BUSY_ROWS = 2_000;

/** The least time between two looks at the feed, in milliseconds, for all watchers of a process (docs/adr/0012). */
export function restBetweenLooks(watchers: number, rowsPerSecond: number): number {
  if (rowsPerSecond < BUSY_ROWS) return 0;
  return Math.min(MOST_REST_MS, (watchers * 1_000) / MESSAGES_PER_SECOND);
}
