/** How often pages may come back: slower where many are open, for what they cost is taken from those who store. */
export type Pace = {
  /** By what pages have to multiply the times after which they ask again: 1 to 4. */
  readonly factor: number;
  /** How many live feeds are open at this process now. */
  see(liveFeeds: number): void;
};

/** So many live feeds may be open for each step of the factor. The pages that ask for most have one. */
const LIVE_FEEDS = 100;
const MAX_FACTOR = 4;

export function createPace(): Pace {
  let factor = 1;
  return {
    get factor() {
      return factor;
    },
    see(liveFeeds) {
      factor = Math.min(MAX_FACTOR, 1 + Math.floor(liveFeeds / LIVE_FEEDS));
    },
  };
}
