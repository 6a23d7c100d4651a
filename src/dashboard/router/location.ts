import { computed, signal } from "@preact/signals";
import { parseRoute } from "./route.ts";

/** Path and query of the page, as the address bar has them. */
const place = signal({ path: location.pathname, search: location.search });

export const route = computed(() => parseRoute(place.value.path, place.value.search));

/** The query of the address, where each view keeps its filters and its order. */
export const query = computed(() => new URLSearchParams(place.value.search));

/** Counts the visits of other pages, so that the shell knows when to move the focus. */
export const visits = signal(0);

/** How a page was left: kept in the history, so that going back finds it again. */
export type Left = { scrollY: number; focus: string | undefined };

/** How the page was left that the reader has come back to; undefined on a page that is new. */
export let returnedTo: Left | undefined;

const MOVED_INSIDE = "slimmer-moved";
let moved = false;

/** Goes to another page, as a click on a link does. */
export function navigate(href: string): void {
  const target = new URL(href, location.href);
  const samePath = target.pathname === location.pathname;
  moved = true;
  const left: Left = { scrollY, focus: focusedLink() };
  history.replaceState({ ...history.state, left }, "");
  returnedTo = undefined;
  history.pushState({ [MOVED_INSIDE]: true }, "", target);
  read();
  if (!samePath) {
    visits.value += 1;
    scrollTo(0, 0);
  }
}

/** Back to where the reader came from, or to a page further up if they came from elsewhere. */
export function goBack(fallback: string): void {
  if (moved && history.state?.[MOVED_INSIDE]) history.back();
  else navigate(fallback);
}

/** Changes one word of the query in place: no new step in the history, no scrolling. Undefined or "" takes it away. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const search = next.toString();
  const href = `${location.pathname}${search ? `?${search}` : ""}${location.hash}`;
  history.replaceState(history.state, "", href);
  read();
}

/** One word of the query as state of a component: `const [sort, setSort] = useQuery("sort")`. */
export function useQuery(name: string, fallback = ""): [string, (value: string) => void] {
  const value = query.value.get(name) ?? fallback;
  return [value, (next) => setQuery({ [name]: next === fallback ? undefined : next })];
}

/** Several words under one name: ?mark=late,unregistered. */
export function useQueryList<K extends string>(name: string): [K[], (value: K[]) => void] {
  const value = query.value.get(name);
  return [
    value ? (value.split(",") as K[]) : [],
    (next) => setQuery({ [name]: next.length ? next.join(",") : undefined }),
  ];
}

/** Follows links and the browser's own buttons. */
export function startRouter(): void {
  addEventListener("popstate", () => {
    const before = place.value.path;
    returnedTo = history.state?.left;
    read();
    if (place.value.path !== before) visits.value += 1;
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/v1/") || link.pathname === "/openapi.json") return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    navigate(link.href);
  });
}

/** The link that the keyboard is at, by its address: a click leaves nothing that has to be found again. */
function focusedLink(): string | undefined {
  const at = document.activeElement;
  return (at?.matches("main a:focus-visible") && at.getAttribute("href")) || undefined;
}

function read(): void {
  const { pathname, search } = location;
  if (place.value.path !== pathname || place.value.search !== search) {
    place.value = { path: pathname, search };
  }
}
