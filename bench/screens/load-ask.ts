import type { Ask } from "./screens.ts";

export type Answer = Readonly<Record<string, unknown>>;
/** Asks the JSON API, or whoever stands for it. */
export type Call = (path: string, body: object | undefined) => Promise<Answer>;

/** A page may be short, or empty, and still have a token; but one look should not walk for ever. */
const MOST_CALLS = 8;
const MOST_ROWS = 1_000;

/** What a question brings; for a list all the rows that the tokens lead to, as src/dashboard/api/pages.ts follows them. */
export async function loadAsk({ path, body, list }: Ask, call: Call): Promise<Answer> {
  if (!list) return call(path, body);
  const rows: unknown[] = [];
  let token = "";
  for (let calls = 0; calls < MOST_CALLS && rows.length < list.rows; calls++) {
    const size = Math.min(MOST_ROWS, list.rows - rows.length);
    const query = new URLSearchParams({ page_size: String(size) });
    if (token) query.set("page_token", token);
    const page = await call(`${path}${path.includes("?") ? "&" : "?"}${query}`, undefined);
    rows.push(...(page[list.name] as unknown[]));
    token = page.next_page_token as string;
    if (!token) break;
  }
  return { [list.name]: rows, next_page_token: token };
}
