import { connection } from "../live/connection.ts";
import { minuteWords } from "../ui/time-words.ts";
import { useFleet } from "./fleet-context.ts";

/** Says since when the page no longer follows what happens. */
export function Banner() {
  const { error, staleSince } = useFleet();
  const feed = connection.value;
  const isAway = error?.kind === "unreachable" || (error && error.status >= 500);
  const since = staleSince ?? (feed.state === "lost" ? feed.since : undefined);
  if (isAway && since !== undefined) {
    return (
      <p class="banner" role="status">
        The server stopped answering at {minuteWords(new Date(since))}. What is shown is from then;
        trying again every few seconds.
      </p>
    );
  }
  if (feed.state === "lost") {
    return (
      <p class="banner" role="status">
        Live updates stopped at {minuteWords(new Date(feed.since))}, reconnecting. Nothing is lost:
        the feed goes on where it was cut.
      </p>
    );
  }
  return null;
}
