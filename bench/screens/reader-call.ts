import { fromJson, fromQuery, type HttpRoute, httpRoutes, type ParsedRequest } from "slimmer-grpc";

/** A call of the service Reader. */
export type ReaderCall = { readonly rpc: string; readonly request: object };

type Parsed = Pick<ParsedRequest<HttpRoute["request"]>, "message" | "problems">;
type Route = HttpRoute & { readonly pattern: RegExp };

const routes: readonly Route[] = httpRoutes()
  .filter(({ service }) => service === "Reader")
  .map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
  }));

/** The call that a question to the JSON API stands for, by the rules of the contract. */
export function readerCall(path: string, body: object | undefined): ReaderCall {
  const { pathname, searchParams: query } = new URL(path, "http://localhost");
  const method = body ? "POST" : "GET";
  for (const route of routes) {
    const match = route.method === method && route.pattern.exec(pathname);
    if (!match) continue;
    const variables = Object.entries(match.groups ?? {});
    const ids = Object.fromEntries(variables.map(([key, id]) => [key, decodeURIComponent(id)]));
    const parsed = body
      ? fromJson(route.request, body)
      : fromQuery(route.request, { path: ids, query });
    return { rpc: route.rpc, request: sound(path, parsed) };
  }
  throw new Error(`the JSON API has no ${method} ${path}`);
}

/** The request of watch_activations that stands for a page's live feed, which has no rpc of its own. */
export function watchRequest(path: string): object {
  const { searchParams: query } = new URL(path, "http://localhost");
  return sound(path, fromQuery("WatchActivationsRequest", { query }));
}

function sound(path: string, { message, problems }: Parsed): object {
  if (problems.length === 0) return message;
  const words = problems.map(({ field, description }) => `${field} ${description}`);
  throw new Error(`the JSON API would refuse ${path}: ${words.join("; ")}`);
}
