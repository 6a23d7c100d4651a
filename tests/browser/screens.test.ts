import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import type { Entity } from "../../src/domain/entity.ts";
import {
  NARROW,
  NARROWEST,
  openPage,
  useBrowser,
  type View,
  WIDE,
  WIDEST,
} from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";
import { eventually } from "../support/eventually.ts";
import { runsOf } from "../support/web-api.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** Where the screens are kept; `SLIMMER_TEST_SCREENS=docs/screens` makes those of the documentation. */
const OWN_FOLDER = join(tmpdir(), "slimmer-screens");
const FOLDER = process.env.SLIMMER_TEST_SCREENS ?? OWN_FOLDER;
/** More of a page is on no picture: the last list of some has no end. */
const MOST_HEIGHT = 2_400;

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
/** The ends of what a screen must fit; on no picture of the documentation. */
const ENDS: Record<string, View> = { narrowest: NARROWEST, widest: { ...WIDEST, scheme: "dark" } };

/** Until nothing is a skeleton any more. */
async function settle(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.waitForLoadState("load");
  const pending = page.locator('[aria-busy="true"], .skeleton, .chart-room');
  await eventually(async () => expect(await pending.count()).toBe(0));
}

/** What there is only after something happened, or was opened. */
const ACTS: Record<string, (page: Page) => Promise<unknown>> = {
  fleet: (page) =>
    page
      .locator(".header")
      .getByText(/act\/s/)
      .waitFor(),
  system: (page) => page.getByText("what changed since the previous run").click(),
  live: async (page) => {
    await page.getByText("connected").waitFor();
    await fireSome();
    await page
      .getByText(/act\/s/)
      .last()
      .waitFor();
    await page.getByText(/^lag /).waitFor();
  },
};

describe.each(Object.keys(SCREENS))("the screen %s", (screen) => {
  test.each(Object.entries({ ...VIEWS, ...ENDS }))(
    "%s: shows its facts, fits, and axe has nothing serious to say",
    async (view, size) => {
      const path = await (SCREENS[screen] as () => string)();
      const page = await openPage(browser(), dashboard().url + path, size);
      await settle(page);
      await ACTS[screen]?.(page);
      await settle(page);
      await picture(page, view in VIEWS ? FOLDER : OWN_FOLDER, `${screen}-${view}`, size);
      const tooWide = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(tooWide, "pixels beyond the right edge").toBeLessThanOrEqual(0);
      expect(await seriousViolations(page)).toEqual([]);
    },
  );
});

/** Something from two systems, a part of it with the delay of a spool. */
async function fireSome(): Promise<void> {
  const { url, call } = dashboard();
  const fire = async (system_id: string, entity: Entity, agoMs: number) => {
    const [run_id] = await runsOf(url, system_id);
    const activation_id = v7({ msecs: Date.now() - agoMs });
    await call.fire({ system_id, run_id: run_id as string, entity, activation_id });
  };
  await fire("depot-east", { category: "motion", name: "hall", identity: "m-01" }, 0);
  await fire("attic", { category: "window", name: "office", identity: "w-01" }, 4 * 60_000);
  await fire("bakery-main", { category: "door", name: "side entrance", identity: "d-02" }, 0);
}

async function picture(page: Page, folder: string, name: string, { width }: View): Promise<void> {
  const whole = (await page.evaluate("document.documentElement.scrollHeight")) as number;
  const height = Math.min(whole, MOST_HEIGHT);
  await mkdir(folder, { recursive: true });
  await page.screenshot({
    path: join(folder, `${name}.png`),
    fullPage: true,
    clip: { x: 0, y: 0, width, height },
  });
}

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
