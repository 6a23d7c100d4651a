import type { Left } from "../router/location.ts";

/** Rows come with answers; who waits for longer than this has begun something else. */
const PATIENCE_MS = 5_000;
const READER = ["keydown", "pointerdown", "wheel"] as const;

/**
 * Scrolls to where the reader was, and gives the focus back to the row that had it, as soon as they are there again.
 * Leaves it when the reader does anything meanwhile. Returns how to stop.
 */
export function returnToRow(main: HTMLElement, { scrollY, focus }: Left): () => void {
  const look = () => {
    const isLongEnough = document.documentElement.scrollHeight >= scrollY + innerHeight;
    if (isLongEnough) scrollTo(0, scrollY);
    const row = focus ? linkTo(main, focus) : undefined;
    row?.focus({ preventScroll: true });
    if (row || (isLongEnough && !focus)) stop();
  };
  const watcher = new MutationObserver(look);
  const timer = setTimeout(() => stop(), PATIENCE_MS);
  const stop = () => {
    watcher.disconnect();
    clearTimeout(timer);
    for (const event of READER) removeEventListener(event, stop, true);
  };
  watcher.observe(main, { childList: true, subtree: true });
  for (const event of READER) addEventListener(event, stop, { capture: true, passive: true });
  look();
  return stop;
}

/** A link as it stands in the page; the one of a row rather than another. */
function linkTo(main: HTMLElement, href: string): HTMLElement | undefined {
  const links = [...main.querySelectorAll<HTMLElement>("a[href]")].filter(
    (link) => link.getAttribute("href") === href && link.offsetParent !== null,
  );
  return links.find((link) => link.matches("[data-nav]")) ?? links[0];
}
