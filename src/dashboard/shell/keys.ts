import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { goBack, navigate, route } from "../router/location.ts";
import { parentOf, to } from "../router/route.ts";

/** The list of keys is on the screen. */
export const keyListOpen = signal(false);

export const KEYS = [
  ["/", "search"],
  ["j  k", "next, previous row"],
  ["Enter", "open the row"],
  ["Esc", "back"],
  ["g f", "go to the fleet"],
  ["g l", "go to the live feed"],
  ["g s", "go to storage"],
  ["?", "this list"],
] as const;

type Extra = { words: string; run: () => void };

/** Keys of the view on the screen. */
export const extraKeys = signal<ReadonlyMap<string, Extra>>(new Map());

/** A key of a view, as long as it is on the screen. */
export function useKey(key: string, words: string, run: () => void): void {
  useEffect(() => {
    extraKeys.value = new Map(extraKeys.value).set(key, { words, run });
    return () => {
      const rest = new Map(extraKeys.value);
      rest.delete(key);
      extraKeys.value = rest;
    };
  }, [key, words, run]);
}

const GOES: Record<string, string> = { f: to.fleet(), l: to.live(), s: to.storage() };
const CHORD_MS = 1_200;

/** Listens to the keyboard for the whole page. */
export function startKeys(): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    const goes = event.timeStamp < goUntil ? GOES[event.key] : undefined;
    goUntil = 0;
    if (goes) {
      event.preventDefault();
      navigate(goes);
      return;
    }
    if (event.key === "g") {
      goUntil = event.timeStamp + CHORD_MS;
      return;
    }
    if (act(event.key, event.target)) event.preventDefault();
  });
}

function act(key: string, target: EventTarget | null): boolean {
  const extra = extraKeys.value.get(key);
  // A button that has the focus needs its own Space; on a link it does nothing but scroll.
  if (extra && !(key === " " && (target as Element | null)?.closest?.("button, summary"))) {
    extra.run();
    return true;
  }
  if (key === "/") {
    document.querySelector<HTMLInputElement>("#search")?.focus();
    return true;
  }
  if (key === "?") {
    keyListOpen.value = true;
    return true;
  }
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  if (key === "Escape" && route.value.view !== "fleet") {
    goBack(parentOf(route.value));
    return true;
  }
  return false;
}

/** Moves the focus over the rows and tiles of the page, in the order in which they stand. */
function move(step: 1 | -1): boolean {
  const all = [...document.querySelectorAll<HTMLElement>("main [data-nav]")].filter(
    (element) => element.offsetParent !== null,
  );
  const at = all.findIndex((element) => element.contains(document.activeElement));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.focus({ preventScroll: true });
  (next?.closest("[data-row]") ?? next)?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
