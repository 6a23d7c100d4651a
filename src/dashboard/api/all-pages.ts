import { request } from "./request.ts";

/** All rows of a list; `isWhole` is false where there are more than a browser should hold. */
export type AllRows<Row> = { rows: Row[]; isWhole: boolean };

const ROWS_OF_A_PAGE = 1_000;
const MOST_ROWS = 20_000;

/** Walks through a list to its end, however much of it is on the screen. `onProgress` hears how many rows are there. */
export async function loadAllPages<Page extends { next_page_token: string }, Row>(
  path: string,
  rowsOf: (page: Page) => readonly Row[],
  onProgress: (count: number) => void = () => {},
): Promise<AllRows<Row>> {
  const rows: Row[] = [];
  let token = "";
  do {
    const query = new URLSearchParams({ page_size: String(ROWS_OF_A_PAGE) });
    if (token) query.set("page_token", token);
    const page = await request<Page>(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    rows.push(...rowsOf(page));
    onProgress(rows.length);
    token = page.next_page_token;
  } while (token && rows.length < MOST_ROWS);
  return { rows: rows.slice(0, MOST_ROWS), isWhole: token === "" && rows.length <= MOST_ROWS };
}
