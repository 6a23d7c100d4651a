import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { NARROW, openPage, useBrowser, type View, WIDE } from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";
import { eventually } from "../support/eventually.ts";
import { runsOf } from "../support/web-api.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** Where the screens are kept; `SLIMMER_TEST_SCREENS=docs/screens` makes those of the documentation. */
const FOLDER = process.env.SLIMMER_TEST_SCREENS ?? join(tmpdir(), "slimmer-screens");

const dashboard = useDashboard();
const browser = useBrowser();

const SENSOR = "category=door&name=quay+gate&identity=d-01";
const SCREENS: Record<string, () => Promise<string> | string> = {
  fleet: () => "/",
  system: () => "/systems/harbour-07",
  live: () => "/live",
  sensor: () => `/systems/harbour-07/sensor?${SENSOR}`,
  run: async () => {
    const [run] = await runsOf(dashboard().url, "harbour-07");
    return `/systems/harbour-07/runs/${run}`;
  },
  storage: () => "/storage",
};

const VIEWS: Record<string, View> = {
  "wide-light": { ...WIDE, scheme: "light" },
  "wide-dark": { ...WIDE, scheme: "dark" },
  "narrow-light": { ...NARROW, scheme: "light" },
  "narrow-dark": { ...NARROW, scheme: "dark" },
};

/** Until nothing is a skeleton any more. */
async function settle(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.waitForLoadState("load");
  const pending = page.locator('[aria-busy="true"], .skeleton, .chart-room');
  await eventually(async () => expect(await pending.count()).toBe(0));
}

describe.each(Object.keys(SCREENS))("the screen %s", (screen) => {
  test.each(Object.keys(VIEWS))(
    "%s: shows its facts, fits, and axe has nothing serious to say",
    async (view) => {
      const path = await (SCREENS[screen] as () => string)();
      const page = await openPage(browser(), dashboard().url + path, VIEWS[view]);
      await settle(page);
      if (screen === "live") await page.locator("main time").first().waitFor();
      await mkdir(FOLDER, { recursive: true });
      await page.screenshot({ path: join(FOLDER, `${screen}-${view}.png`) });
      const tooWide = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(tooWide, "pixels beyond the right edge").toBeLessThanOrEqual(0);
      expect(await seriousViolations(page)).toEqual([]);
    },
  );
});

async function seriousViolations(page: Page): Promise<string[]> {
  // Not by a script element, which the page's CSP would refuse.
  await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    type Violation = { id: string; impact: string; help: string; nodes: { html: string }[] };
    return (await axe.run()).violations.map(({ id, impact, help, nodes }) => ({
      impact,
      text: `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
    }));
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ text }) => text);
}
