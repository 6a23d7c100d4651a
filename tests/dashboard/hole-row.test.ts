import { expect, test } from "vitest";
import { holeLink } from "../../src/dashboard/views/live/hole-row.ts";

const hole = {
  notShown: 185,
  since: new Date("2026-11-23T12:00:01Z"),
  until: new Date("2026-11-23T12:00:02Z"),
};
const TIMES = { since: "2026-11-23T12:00:00.000Z", until: "2026-11-23T12:00:03.000Z" };

function parts(href: string) {
  const { pathname, searchParams } = new URL(href, "http://slimmer.test");
  return { path: pathname, query: Object.fromEntries(searchParams) };
}

test("what one system's feed left out is in its history, by the same filter", () => {
  const { href, isFile } = holeLink({ system_id: "mill north", name: "quay*" }, hole);
  expect(isFile).toBe(false);
  expect(parts(href)).toEqual({
    path: "/systems/mill%20north",
    query: { show: "history", name: "quay*", ...TIMES },
  });
});

test("what no page shows is in a file, by the same filter", () => {
  for (const filters of [{ category: "door" }, { system_id: "attic", late: true }]) {
    const { href, isFile } = holeLink(filters, hole);
    expect(isFile).toBe(true);
    const query = Object.fromEntries(Object.entries(filters).map(([k, v]) => [k, String(v)]));
    expect(parts(href)).toEqual({ path: "/v1/activations.csv", query: { ...query, ...TIMES } });
  }
});
