import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem } from "./problem.ts";
import { request } from "./request.ts";

export type Resource<T> = {
  /** The last good answer, also while a newer one is on its way, or failed to come. */
  data: T | undefined;
  /** Why the latest attempt failed; gone with the next good one. */
  error: ApiProblem | undefined;
  /** Nothing to show yet. */
  loading: boolean;
  /** Since when `data` is no longer fresh, because refreshing fails. */
  staleSince: number | undefined;
  refresh: () => void;
};

export type ResourceOptions = {
  /** Asks again after so many milliseconds, while the tab is seen. */
  every?: number;
  /** Makes it a POST. */
  body?: unknown;
};

/** How often lists and figures are asked for anew. */
export const REFRESH_MS = 5_000;

/** What a path of the API holds, kept fresh. No path: nothing is asked. */
export function useResource<T>(
  path: string | undefined,
  options: ResourceOptions = {},
): Resource<T> {
  const { body } = options;
  const key =
    path === undefined ? undefined : `${path} ${body === undefined ? "" : JSON.stringify(body)}`;
  const load = useCallback(
    (signal: AbortSignal) => request<T>(path as string, { body, signal }),
    // The key stands for path and body.
    [key],
  );
  return useLoaded(key, load, options.every);
}

const remembered = new Map<string, unknown>();
const MOST_REMEMBERED = 40;

/** The part that lists in pages share: loads, keeps the last value, repeats, pauses while the tab is hidden. */
export function useLoaded<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  every?: number,
): Resource<T> {
  type State = { key: string | undefined; data?: T; error?: ApiProblem; staleSince?: number };
  const [state, setState] = useState<State>(() => ({ key, ...recall<T>(key) }));
  const refresh = useRef<() => void>(() => {});

  useEffect(() => {
    if (key === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let flight: AbortController | undefined;

    const ask = async () => {
      clearTimeout(timer);
      timer = undefined;
      flight?.abort();
      const mine = new AbortController();
      flight = mine;
      try {
        const data = await load(mine.signal);
        if (mine.signal.aborted) return;
        remember(key, data);
        setState((old) =>
          old.key === key && old.data === data && !old.error ? old : { key, data },
        );
      } catch (error) {
        if (mine.signal.aborted) return;
        setState((old) => failed(old.key === key ? old : { key, ...recall<T>(key) }, error));
      }
      if (flight === mine) flight = undefined;
      if (every && document.visibilityState === "visible") timer = setTimeout(ask, every);
    };

    const onVisibility = () => {
      if (document.visibilityState === "visible") {
        if (every && !timer && !flight) void ask();
      } else {
        clearTimeout(timer);
        timer = undefined;
      }
    };

    refresh.current = () => void ask();
    void ask();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      clearTimeout(timer);
      flight?.abort();
    };
  }, [key, load, every]);

  const current: State = state.key === key ? state : { key, ...recall<T>(key) };
  return {
    data: current.data,
    error: current.error,
    loading: key !== undefined && current.data === undefined && current.error === undefined,
    staleSince: current.staleSince,
    refresh: useCallback(() => refresh.current(), []),
  };
}

function failed<S extends { error?: ApiProblem; staleSince?: number; data?: unknown }>(
  state: S,
  error: unknown,
): S {
  const problem =
    error instanceof ApiProblem
      ? error
      : new ApiProblem("unintelligible", "The page could not read the answer.", { cause: error });
  return {
    ...state,
    error: problem,
    ...(state.data !== undefined && { staleSince: state.staleSince ?? Date.now() }),
  };
}

/** Going back shows what was there at once, while it is asked for anew. */
function remember(key: string, data: unknown): void {
  remembered.delete(key);
  remembered.set(key, data);
  const oldest = remembered.keys().next().value;
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

function recall<T>(key: string | undefined): { data?: T } {
  return key !== undefined && remembered.has(key) ? { data: remembered.get(key) as T } : {};
}
