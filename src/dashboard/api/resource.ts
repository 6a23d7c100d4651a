import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { paced } from "./pace.ts";
import { ApiProblem } from "./problem.ts";
import { request } from "./request.ts";

export type Resource<T> = {
  /** The last good answer, also while a newer one is on its way, or failed to come. */
  data: T | undefined;
  /** Why the latest attempt failed; gone with the next good one. */
  error: ApiProblem | undefined;
  /** Nothing to show yet. */
  loading: boolean;
  /** When `data` was last known to be right, where refreshing fails since. */
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

/** An answer, and when the server last said that it is so. */
type Good<T> = { data: T; at: number };

const remembered = new Map<string, Good<unknown>>();
const MOST_REMEMBERED = 40;

/** The part that lists in pages share: loads, keeps the last value, repeats, pauses while the tab is hidden. */
export function useLoaded<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  every?: number,
): Resource<T> {
  const [state, setState] = useState<State<T>>(() => begun(key));
  const refresh = useRef<() => void>(() => {});

  useEffect(() => {
    if (key === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let flight: AbortController | undefined;
    let goodAt = recall<T>(key)?.at;

    const ask = async () => {
      clearTimeout(timer);
      timer = undefined;
      flight?.abort();
      const mine = new AbortController();
      flight = mine;
      try {
        const data = await load(mine.signal);
        if (mine.signal.aborted) return;
        goodAt = Date.now();
        remember(key, { data, at: goodAt });
        setState((old) =>
          old.key === key && old.data === data && !old.error ? old : { key, data },
        );
      } catch (error) {
        if (mine.signal.aborted) return;
        setState((old) => failed(old.key === key ? old : begun<T>(key), error, goodAt));
      }
      if (flight === mine) flight = undefined;
      if (every && document.visibilityState === "visible") timer = setTimeout(ask, paced(every));
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

  const current = state.key === key ? state : begun<T>(key);
  return {
    data: current.data,
    error: current.error,
    loading: key !== undefined && current.data === undefined && current.error === undefined,
    staleSince: current.staleSince,
    refresh: useCallback(() => refresh.current(), []),
  };
}

type State<T> = {
  key: string | undefined;
  data?: T;
  error?: ApiProblem;
  staleSince?: number | undefined;
};

/** What there is before anything was asked: the last good answer, if it is remembered. */
function begun<T>(key: string | undefined): State<T> {
  const good = key === undefined ? undefined : recall<T>(key);
  return good ? { key, data: good.data } : { key };
}

function failed<T>(state: State<T>, error: unknown, goodAt: number | undefined): State<T> {
  const problem =
    error instanceof ApiProblem
      ? error
      : new ApiProblem("unintelligible", "The page could not read the answer.", { cause: error });
  return { ...state, error: problem, staleSince: state.data === undefined ? undefined : goodAt };
}

/** Going back shows what was there at once, while it is asked for anew. */
function remember(key: string, good: Good<unknown>): void {
  remembered.delete(key);
  remembered.set(key, good);
  const oldest = remembered.keys().next().value;
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

function recall<T>(key: string): Good<T> | undefined {
  return remembered.get(key) as Good<T> | undefined;
}
