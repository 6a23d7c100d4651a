import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Which rows to draw; the others are room. */
export type RowWindow = { from: number; to: number; before: number; after: number };

/** So many rows are drawn without asking. */
const DRAW_ALL = 200;
const BEYOND = 24;

/** The rows of a long table that are in sight, and some beyond. All rows are taken to be as high as the first. */
export function useRowWindow(body: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [seen, setSeen] = useState({ from: 0, to: 80, height: 33 });
  const long = count > DRAW_ALL;
  useEffect(() => {
    if (!long) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const element = body.current;
      if (!element) return;
      const row = element.querySelector<HTMLElement>("tr[data-row]");
      const height = row?.offsetHeight || 33;
      const above = -element.getBoundingClientRect().top / height;
      const from = Math.max(0, Math.floor(above) - BEYOND);
      const to = Math.ceil(above + innerHeight / height) + BEYOND;
      setSeen((old) =>
        old.height === height && Math.abs(old.from - from) < 8 && Math.abs(old.to - to) < 8
          ? old
          : { from, to, height },
      );
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [long, body]);
  if (!long) return { from: 0, to: count, before: 0, after: 0 };
  const to = Math.min(count, Math.max(seen.to, 80));
  const from = Math.min(seen.from, Math.max(0, to - 80));
  return { from, to, before: from * seen.height, after: (count - to) * seen.height };
}
