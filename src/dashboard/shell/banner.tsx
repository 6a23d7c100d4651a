import { connection } from "../live/connection.ts";
import { momentWords } from "../ui/time-words.ts";
import { useFleet } from "./fleet-context.ts";

/** Says since when the page no longer follows what happens. */
export function Banner() {
  const { error, staleSince } = useFleet();
  const feed = connection.value;
  const since = staleSince ?? (feed.state === "lost" ? feed.since : undefined);
  const words = (at: number) => momentWords(new Date(at), Date.now());
  if (error?.isOutage && since !== undefined) {
    return (
      <p class="banner" role="status">
        The server stopped answering at {words(since)}. What is shown is from then; trying again
        every few seconds.
      </p>
    );
  }
  if (feed.state === "lost") {
    return (
      <p class="banner" role="status">
        Live updates stopped at {words(feed.since)}, reconnecting. The feed goes on where it was
        cut, and says how many came that a page can't show.
      </p>
    );
  }
  return null;
}
