import { afterEach, expect, test, vi } from "vitest";
import { loadAllPages } from "../../src/dashboard/api/all-pages.ts";

type Page = { rows: number[]; next_page_token: string };

afterEach(() => vi.unstubAllGlobals());

/** A list of so many rows, in pages as they are asked for. */
function serve(count: number): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const query = new URL(path, "http://box").searchParams;
    const from = Number(query.get("page_token") ?? 0);
    const to = Math.min(count, from + Number(query.get("page_size")));
    const page: Page = {
      rows: Array.from({ length: to - from }, (_, index) => from + index),
      next_page_token: to < count ? String(to) : "",
    };
    return new Response(JSON.stringify(page));
  });
  return asked;
}

const rowsOf = ({ rows }: Page) => rows;

test("a list is loaded to its end, a page after the other, and says how far it is", async () => {
  const asked = serve(2_400);
  const heard: number[] = [];

  const { rows, isWhole } = await loadAllPages("/v1/list?state=UP", rowsOf, (count) => {
    heard.push(count);
  });

  expect(rows).toEqual(Array.from({ length: 2_400 }, (_, index) => index));
  expect(isWhole).toBe(true);
  expect(heard).toEqual([1_000, 2_000, 2_400]);
  expect(asked[1]).toBe("/v1/list?state=UP&page_size=1000&page_token=1000");
});

test("a list without an end is cut, and says that it is", async () => {
  const asked = serve(1_000_000);

  const { rows, isWhole } = await loadAllPages("/v1/list", rowsOf);

  expect(rows.length).toBe(20_000);
  expect(isWhole).toBe(false);
  expect(asked.length).toBe(20);
});
