import { learnServerTime } from "./clock.ts";
import { learnPace, PACE_HEADER } from "./pace.ts";
import { ApiProblem, problemOf } from "./problem.ts";
import { revive } from "./revive.ts";

type Cached = { etag: string; value: unknown };

/** The latest answers with an ETag, so that one that did not change costs no parsing and no new drawing. */
const cache = new Map<string, Cached>();
const MOST_CACHED = 64;

/** Longer than the server itself lets a statement take by default: whatever says nothing for so long hangs. */
const LONGEST_MS = 15_000;

export type RequestOptions = {
  /** Makes it a POST. */
  body?: unknown;
  signal?: AbortSignal;
  /** How long the answer may take, to its end. */
  longestMs?: number;
};

/** Asks the JSON API. Throws an ApiProblem for whatever goes wrong, except for an abort by the caller. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { signal, longestMs = LONGEST_MS } = options;
  // AbortSignal.any is younger than some browsers that can show the rest.
  const flight = new AbortController();
  const abort = () => flight.abort();
  const timer = setTimeout(abort, longestMs);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    return await ask<T>(path, options.body, flight.signal);
  } catch (cause) {
    if (signal?.aborted || !flight.signal.aborted) throw cause;
    const words = `The server did not answer within ${Math.round(longestMs / 1_000)} seconds.`;
    throw new ApiProblem("unreachable", words, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

async function ask<T>(path: string, body: unknown, signal: AbortSignal): Promise<T> {
  const cached = body === undefined ? cache.get(path) : undefined;
  const response = await send(path, body, signal, cached);
  learnPace(response.headers.get(PACE_HEADER));
  if (response.status === 304 && cached) return cached.value as T;
  const answer = await readJson(response, signal);
  if (!response.ok) throw problemOf(response.status, answer);
  if (answer === undefined) {
    throw new ApiProblem("unintelligible", "The answer was no JSON.", { status: response.status });
  }
  const value = revive<T>(answer);
  const time = (value as { server_time?: unknown }).server_time;
  if (time instanceof Date) learnServerTime(time);
  const etag = response.headers.get("etag");
  if (etag && body === undefined) remember(path, { etag, value });
  return value;
}

async function send(
  path: string,
  body: unknown,
  signal: AbortSignal,
  cached: Cached | undefined,
): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (cached) headers["if-none-match"] = cached.etag;
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(path, {
      headers,
      // The tags are kept here: the browser's own cache would hide a 304.
      cache: "no-store",
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new ApiProblem("unreachable", "The server can't be reached.", { cause });
  }
}

async function readJson(response: Response, signal: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    if (signal.aborted) throw cause;
    return undefined;
  }
}

function remember(path: string, entry: Cached): void {
  cache.delete(path);
  cache.set(path, entry);
  const oldest = cache.keys().next().value;
  if (cache.size > MOST_CACHED && oldest !== undefined) cache.delete(oldest);
}
