import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readText } from "../support/source-files.ts";

type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; refId: string }[];
};
type Dashboard = { uid: string; title: string; tags: string[]; panels: Panel[] };

const FOLDER = "deploy/grafana";

const dashboards = readdirSync(new URL(`../../${FOLDER}`, import.meta.url))
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name, ...(JSON.parse(readText(`${FOLDER}/${name}`)) as Dashboard) }));

/** The metrics that docs/metrics.md lists, with the labels of each. */
const known = new Map(
  [...readText("docs/metrics.md").matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm)].map(
    ([, name = "", type, labels = ""]) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label as string) },
    ],
  ),
);

/** What Prometheus and its operator add to whatever they scrape, and what a histogram has by itself. */
const LABELS_OF_SCRAPES = ["namespace", "instance", "le"];

const queries = dashboards.flatMap(({ name, panels }) =>
  panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ place: `${name}: ${title}`, expr })),
  ),
);

test("there are three dashboards, each with its own name", () => {
  expect(dashboards.map(({ name }) => name).toSorted()).toEqual([
    "ingest.json",
    "keeper.json",
    "readers.json",
  ]);
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(3);
});

test("every metric in them exists, and is asked in the way of its type", () => {
  const wrong = queries.flatMap(({ place, expr }) =>
    metricsOf(expr)
      .filter((metric) => {
        const base = metric.replace(/_(bucket|sum|count)$/, "");
        if (known.get(base)?.type === "histogram") return metric === base;
        return !known.has(metric);
      })
      .map((metric) => `${place}: ${metric}`),
  );

  expect(known.size).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test("every label in them is one of their metrics", () => {
  const wrong = queries.flatMap(({ place, expr }) => {
    const allowed = new Set([
      ...LABELS_OF_SCRAPES,
      ...metricsOf(expr).flatMap(
        (metric) =>
          known.get(metric)?.labels ??
          known.get(metric.replace(/_(bucket|sum|count)$/, ""))?.labels ??
          [],
      ),
    ]);
    return labelsOf(expr)
      .filter((label) => !allowed.has(label))
      .map((label) => `${place}: ${label}`);
  });

  expect(wrong).toEqual([]);
});

test("every query is of the namespace that was chosen", () => {
  const wrong = queries.filter(
    ({ expr }) => metricsOf(expr).length !== expr.split('namespace=~"$namespace"').length - 1,
  );

  expect(wrong).toEqual([]);
});

test.each(dashboards)(
  "the panels of $name have ids of their own and do not overlap",
  ({ panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1) {
        for (let row = y; row < y + h; row += 1) {
          expect(taken.get(`${column} ${row}`), title).toBeUndefined();
          taken.set(`${column} ${row}`, title);
        }
      }
    }
  },
);

test("every panel says what it shows", () => {
  const silent = dashboards.flatMap(({ panels }) =>
    panels.filter(({ type, description }) => type !== "row" && !description),
  );

  expect(silent).toEqual([]);
});

test("every metric of ingest, feed, web and upkeep is on one of them", () => {
  const shown = new Set(
    queries.flatMap(({ expr }) =>
      metricsOf(expr).flatMap((metric) => [metric, metric.replace(/_(bucket|sum|count)$/, "")]),
    ),
  );

  expect([...known.keys()].filter((name) => !shown.has(name))).toEqual([]);
});

/** Names in front of a brace; and whatever looks like one of slimmer's without it, so that none slips through. */
function metricsOf(expr: string): string[] {
  const selected = [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name as string);
  const bare = [...expr.matchAll(/\b(slimmer_\w+|grpc_server_\w+)\b(?!\{)/g)].map(
    ([, name]) => name as string,
  );
  return [...selected, ...bare];
}

function labelsOf(expr: string): string[] {
  const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = ""]) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, name]) => name as string),
  );
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(",").map((name) => name.trim()),
  );
  return [...selected, ...grouped];
}
