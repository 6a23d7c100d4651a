export { type Connection, connection } from "./connection.ts";
export {
  createLiveBuffer,
  type FeedItem,
  type Hole,
  isHole,
  type LiveBuffer,
} from "./live-buffer.ts";
export { openFeed } from "./live-feed.ts";
export { createRateMeter, median } from "./rate-meter.ts";
