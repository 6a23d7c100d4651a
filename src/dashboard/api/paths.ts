import type { Entity } from "./types.ts";

export type QueryValue = string | number | boolean | undefined | readonly string[];

/** A path with its query; what is undefined, false or empty is left out. */
export function withQuery(path: string, query: Record<string, QueryValue> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === false || value === "" || value === 0) continue;
    if (Array.isArray(value)) for (const item of value) search.append(name, item);
    else search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Filters of activations, as lists, the live feed and exports take them. */
export type ActivationFilters = {
  system_id?: string | undefined;
  run_id?: string | undefined;
  category?: string | undefined;
  name?: string | undefined;
  identity?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  unregistered?: boolean | undefined;
  clock_suspect?: boolean | undefined;
  late?: boolean | undefined;
};

/** The filters that leave one sensor: a backslash makes * and ? ordinary. */
export function onlySensor({ category, name, identity }: Entity): Entity {
  const exact = (text: string) => text.replace(/[*?\\]/g, "\\$&");
  return { category: exact(category), name: exact(name), identity: exact(identity) };
}

const id = encodeURIComponent;

/** The paths of the JSON API. */
export const api = {
  fleet: () => "/v1/fleet",
  systems: (query: Record<string, QueryValue> = {}) => withQuery("/v1/systems", query),
  system: (system: string) => `/v1/systems/${id(system)}`,
  runs: (system: string, query: Record<string, QueryValue> = {}) =>
    withQuery(`/v1/systems/${id(system)}/runs`, query),
  run: (system: string, run: string) => `/v1/systems/${id(system)}/runs/${id(run)}`,
  coverage: (system: string, run: string) => `/v1/systems/${id(system)}/runs/${id(run)}/coverage`,
  sensors: (system: string, query: Record<string, QueryValue> = {}) =>
    withQuery(`/v1/systems/${id(system)}/sensors`, query),
  sensor: (system: string, entity: Entity) =>
    withQuery(`/v1/systems/${id(system)}/sensor`, { ...entity }),
  rhythm: (system: string, entity: Entity) =>
    withQuery(`/v1/systems/${id(system)}/sensor/rhythm`, { ...entity }),
  activations: (
    { system_id, ...query }: ActivationFilters,
    page: Record<string, QueryValue> = {},
  ) =>
    withQuery(system_id ? `/v1/systems/${id(system_id)}/activations` : "/v1/activations", {
      ...query,
      ...page,
    }),
  counts: () => "/v1/counts",
  search: (query: string, limit = 8) => withQuery("/v1/search", { query, limit }),
  storage: () => "/v1/storage",
  live: (filters: ActivationFilters, recent = 0) => withQuery("/v1/live", { ...filters, recent }),
  /** Downloads; with the same filters as the list. */
  csv: (filters: ActivationFilters) => withQuery("/v1/activations.csv", { ...filters }),
  ndjson: (filters: ActivationFilters) => withQuery("/v1/activations.ndjson", { ...filters }),
};
