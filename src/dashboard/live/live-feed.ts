import { revive } from "../api/revive.ts";
import type { LiveBatch } from "../api/types.ts";
import { connection } from "./connection.ts";
import { feedRefusal } from "./feed-refusal.ts";

type Handlers = {
  onBatch: (batch: LiveBatch) => void;
  /** The feed begins anew, with the latest rows: what is shown may have a gap before them. */
  onRestart: () => void;
};

/** The server speaks every 20 s at least. */
const SILENCE_MS = 45_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Follows /v1/live. The browser comes back by itself after a cut, with the last id it has read. Where it gives up (an HTTP
 * error), or hears nothing for too long, this opens a new source that goes on after the same id; unless the server refuses
 * what is asked for, which ends it. Returns how to stop.
 */
export function openFeed(path: string, { onBatch, onRestart }: Handlers): () => void {
  let source: EventSource | undefined;
  let cursor = "";
  let attempts = 0;
  let heardAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const stopped = new AbortController();

  const target = () => (cursor ? resumed(path, cursor) : path);
  const open = () => {
    clearTimeout(timer);
    source?.close();
    const mine = new EventSource(target());
    source = mine;
    mine.addEventListener("open", alive);
    mine.addEventListener("heartbeat", (event) => {
      take(event);
      alive();
    });
    mine.addEventListener("activations", (event) => {
      take(event);
      alive();
      onBatch(revive<LiveBatch>(JSON.parse(event.data)));
    });
    mine.addEventListener("expired", restart);
    mine.addEventListener("error", () => {
      lost();
      if (mine.readyState === EventSource.CLOSED) void learn();
    });
    watch();
  };
  const restart = () => {
    cursor = "";
    onRestart();
    open();
  };

  const take = (event: MessageEvent) => {
    if (event.lastEventId) cursor = event.lastEventId;
  };
  const alive = () => {
    attempts = 0;
    heardAt = Date.now();
    if (connection.value.state !== "live") connection.value = { state: "live" };
    watch();
  };
  const lost = () => {
    if (connection.value.state !== "lost") connection.value = { state: "lost", since: heardAt };
  };
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      lost();
      open();
    }, SILENCE_MS);
  };
  /** What to do after the browser gave up. */
  const learn = async () => {
    const problem = await feedRefusal(target(), stopped.signal);
    if (stopped.signal.aborted || source?.readyState !== EventSource.CLOSED) return;
    if (problem?.status === 400 && cursor) {
      // What was asked for was good before: it is the place in the feed that a newer server can't read.
      restart();
    } else if (problem) {
      clearTimeout(watchdog);
      connection.value = { state: "refused", problem };
    } else {
      clearTimeout(timer);
      timer = setTimeout(open, Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** attempts++));
    }
  };

  connection.value = { state: "connecting" };
  open();
  return () => {
    stopped.abort();
    clearTimeout(timer);
    clearTimeout(watchdog);
    source?.close();
    connection.value = { state: "idle" };
  };
}

function resumed(path: string, cursor: string): string {
  const url = new URL(path, location.href);
  url.searchParams.delete("recent");
  url.searchParams.set("cursor", cursor);
  return `${url.pathname}${url.search}`;
}
