import { revive } from "../api/revive.ts";
import type { LiveBatch } from "../api/types.ts";
import { connection } from "./connection.ts";

type Handlers = {
  onBatch: (batch: LiveBatch) => void;
  /** The feed begins anew, with the latest rows: what is shown may have a gap before them. */
  onRestart?: () => void;
};

/** The server speaks every 20 s at least. */
const SILENCE_MS = 45_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Follows /v1/live. The browser comes back by itself after a cut, with the last id it has read; where it gives up (an HTTP
 * error), or hears nothing for too long, this opens a new source that goes on after the same id. Returns how to stop.
 */
export function openFeed(path: string, { onBatch, onRestart }: Handlers): () => void {
  let source: EventSource | undefined;
  let cursor = "";
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(cursor ? resumed(path, cursor) : path);
    source.addEventListener("open", alive);
    source.addEventListener("heartbeat", (event) => {
      take(event);
      alive();
    });
    source.addEventListener("activations", (event) => {
      take(event);
      alive();
      onBatch(revive<LiveBatch>(JSON.parse(event.data)));
    });
    source.addEventListener("expired", () => {
      cursor = "";
      onRestart?.();
      open();
    });
    source.addEventListener("error", () => {
      lost();
      if (source?.readyState === EventSource.CLOSED) later();
    });
    watch();
  };

  const take = (event: MessageEvent) => {
    if (event.lastEventId) cursor = event.lastEventId;
  };
  const alive = () => {
    attempts = 0;
    if (connection.value.state !== "live") connection.value = { state: "live" };
    watch();
  };
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      lost();
      open();
    }, SILENCE_MS);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(open, Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** attempts++));
  };

  connection.value = { state: "connecting" };
  open();
  return () => {
    clearTimeout(timer);
    clearTimeout(watchdog);
    source?.close();
    connection.value = { state: "idle" };
  };
}

function lost(): void {
  if (connection.value.state !== "lost") connection.value = { state: "lost", since: Date.now() };
}

function resumed(path: string, cursor: string): string {
  const url = new URL(path, location.href);
  url.searchParams.delete("recent");
  url.searchParams.set("cursor", cursor);
  return `${url.pathname}${url.search}`;
}
