import { signal } from "@preact/signals";

/** How far the server's clock is ahead of this browser's, in milliseconds. */
let aheadMs = 0;

/** A second hand for words like "3 min ago"; stands still while the tab is hidden. */
export const tick = signal(Date.now());

/** Now, by the server's clock: states and ages are judged by it. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}

/** Takes the server's word for what time it is. Small differences are the way it took, and are left alone. */
export function learnServerTime(time: Date): void {
  const ahead = time.getTime() - Date.now();
  if (Math.abs(ahead - aheadMs) > 1_500) aheadMs = Math.abs(ahead) > 1_500 ? ahead : 0;
}

/** Starts the second hand. */
export function startClock(): void {
  const beat = () => {
    if (document.visibilityState === "visible") tick.value = serverNow();
  };
  setInterval(beat, 1_000);
  document.addEventListener("visibilitychange", beat);
}
