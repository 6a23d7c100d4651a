import { useCallback, useEffect, useState } from "preact/hooks";
import { request } from "./request.ts";
import { type Resource, useLoaded } from "./resource.ts";

export type Pages<Row> = Resource<Row[]> & {
  /** There may be more rows than `data` has. */
  hasMore: boolean;
  loadMore: () => void;
  /** More rows were asked for and are not there yet. */
  loadingMore: boolean;
};

export type PagesOptions<Page, Row> = {
  /** The rows of a page, for example `(page) => page.systems`. */
  rows: (page: Page) => Row[];
  /** Rows at first, and with each "load more". */
  step?: number;
  every?: number;
};

/** A list in pages, kept fresh as a whole: rows never come twice or go missing between two pages. */
export function usePages<Page extends { next_page_token: string }, Row>(
  path: string | undefined,
  { rows, step = 100, every }: PagesOptions<Page, Row>,
): Pages<Row> {
  const [wanted, setWanted] = useState({ path, count: step });
  const count = wanted.path === path ? wanted.count : step;
  useEffect(() => setWanted({ path, count: step }), [path, step]);

  const load = useCallback(
    (signal: AbortSignal) => loadPages(path as string, count, rows, signal),
    // Rows is a constant in spirit.
    [path, count],
  );
  const { data, ...resource } = useLoaded(
    path === undefined ? undefined : `${path} #${count}`,
    load,
    every,
  );
  // While a longer list loads, the shorter one stays.
  const [last, setLast] = useState<{ path: string | undefined; page: Loaded<Row> }>();
  useEffect(() => {
    if (data) setLast({ path, page: data });
  }, [data, path]);
  const shown = data ?? (last && last.path === path ? last.page : undefined);

  return {
    ...resource,
    data: shown?.rows,
    loading: resource.loading && !shown,
    hasMore: shown?.hasMore ?? false,
    loadingMore: !data && shown !== undefined && !resource.error,
    loadMore: useCallback(
      () => setWanted((old) => ({ path, count: (old.path === path ? old.count : step) + step })),
      [path, step],
    ),
  };
}

type Loaded<Row> = { rows: Row[]; hasMore: boolean };

/** A page may be short, or empty, and still have a token; but one look should not walk for ever. */
const MOST_CALLS = 8;

async function loadPages<Page extends { next_page_token: string }, Row>(
  path: string,
  count: number,
  rowsOf: (page: Page) => Row[],
  signal: AbortSignal,
): Promise<Loaded<Row>> {
  const rows: Row[] = [];
  let token = "";
  for (let calls = 0; calls < Math.max(MOST_CALLS, count / 100) && rows.length < count; calls++) {
    const query = new URLSearchParams({ page_size: String(Math.min(1_000, count - rows.length)) });
    if (token) query.set("page_token", token);
    const page = await request<Page>(`${path}${path.includes("?") ? "&" : "?"}${query}`, {
      signal,
    });
    rows.push(...rowsOf(page));
    token = page.next_page_token;
    if (!token) break;
  }
  return { rows, hasMore: token !== "" };
}
