import { type ApiProblem, problemOf } from "../api/problem.ts";

/** These pass by themselves: too slow, and too many pages open. */
const PASSES = new Set([408, 429]);

/**
 * Why the server does not open a feed. An EventSource does not say, so the same is asked for once more. Undefined where
 * trying again later may help.
 */
export async function feedRefusal(
  path: string,
  signal: AbortSignal,
): Promise<ApiProblem | undefined> {
  const look = new AbortController();
  const abort = () => look.abort();
  signal.addEventListener("abort", abort);
  try {
    const headers = { accept: "text/event-stream" };
    const response = await fetch(path, { headers, cache: "no-store", signal: look.signal });
    const { status } = response;
    if (status < 400 || status >= 500 || PASSES.has(status)) return undefined;
    return problemOf(status, await response.json().catch(() => undefined));
  } catch {
    return undefined;
  } finally {
    // What was opened is a feed without an end.
    abort();
    signal.removeEventListener("abort", abort);
  }
}
