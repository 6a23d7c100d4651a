/** What a list answers, whatever it is a list of. */
export type Page<Row> = { readonly rows: readonly Row[]; readonly nextPageToken: string };

/** The server's own limit of a page. */
const LARGEST_PAGE = 1_000;

/**
 * Asks for page after page until there are `limit` rows (0: all). A page may be short, or empty, and still not be the last.
 * The last page has the token from which a next one would go on, or an empty one.
 */
export async function* pagesOf<Row>(
  limit: number,
  ask: (page: { page_size: number; page_token: string }) => Promise<Page<Row>>,
): AsyncGenerator<Page<Row>> {
  let token = "";
  let left = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  do {
    const page = await ask({ page_size: Math.min(left, LARGEST_PAGE), page_token: token });
    token = page.nextPageToken;
    left -= page.rows.length;
    yield page;
  } while (token !== "" && left > 0);
}
