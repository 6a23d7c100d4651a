import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { NARROW, openPage, useBrowser, type View } from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";
import { eventually } from "../support/eventually.ts";
import { runsOf } from "../support/web-api.ts";

const dashboard = useDashboard();
const browser = useBrowser();

const open = (path: string, view?: View) => openPage(browser(), dashboard().url + path, view);
const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

async function linesOf(page: Page, button: Locator): Promise<string[]> {
  const coming = page.waitForEvent("download");
  await button.click();
  const download = await coming;
  return (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
}

describe("the fleet", () => {
  test("as rows is one table, the worst first, also of one state only", async () => {
    const page = await open("/");
    await page.getByRole("button", { name: "rows" }).click();
    const rows = page.locator("tbody tr[data-row]");
    await eventually(async () => expect(await rows.count()).toBe(12));
    expect(await page.locator("table").count()).toBe(1);
    expect(await rows.first().innerText()).toMatch(/harbour-07/);
    await page.getByRole("group", { name: "states" }).getByText("down").click();
    await eventually(async () => expect(await rows.count()).toBe(1));
    await page.waitForURL(/\?show=rows&state=down$/);
    await page.getByRole("button", { name: "tiles" }).click();
    await page.getByRole("heading", { name: "needs attention" }).waitFor();
  });

  test("by a label is tiles or rows, the systems that are down among them", async () => {
    const page = await open("/");
    await page.getByText("attic").first().waitFor();
    await page.getByLabel("group by").selectOption("label.site");
    const harbour = page.locator("section > div", {
      has: page.getByRole("heading", { name: "harbour" }),
    });
    await harbour.locator(".tile").waitFor();
    expect(await harbour.innerText()).toMatch(/harbour-07/);
    await page.getByRole("button", { name: "rows" }).click();
    await harbour.locator("tbody tr[data-row]").waitFor();
    expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual([
      expect.stringMatching(/^depot\s*2$/),
      expect.stringMatching(/^farm\s*2$/),
      expect.stringMatching(/^harbour\s*1$/),
      expect.stringMatching(/^home\s*2$/),
      expect.stringMatching(/^mill\s*2$/),
      expect.stringMatching(/^town\s*3$/),
    ]);
  });

  test("is saved as a whole, though only its first systems are loaded, and an order says so", async () => {
    const page = await open("/");
    // What the list asks for comes in pages of one, of which it walks through eight.
    await page.route(/\/v1\/systems\?/, (route) => {
      const url = new URL(route.request().url());
      if (url.searchParams.get("page_size") !== "1000") url.searchParams.set("page_size", "1");
      return route.continue({ url: url.href });
    });
    await page.goto(`${dashboard().url}/?show=rows`);
    await page.getByRole("button", { name: "load more" }).waitFor();
    await page.getByRole("columnheader", { name: "system" }).getByRole("button").click();
    await page.getByText("sorted: the first 8 only").waitFor();
    const lines = await linesOf(page, page.getByRole("button", { name: "CSV" }));
    expect(lines.length).toBe(13);
    expect(lines[0]).toMatch(/^system,state,/);
    expect(lines[1]).toMatch(/^attic,up,/);
    expect(lines.at(-1)).toMatch(/^workshop,/);
  });
});

describe("activations", () => {
  test("are saved by the server, all of them", async () => {
    const [run] = await runsOf(dashboard().url, "harbour-07");
    const page = await open(`/systems/harbour-07/runs/${run}`);
    const history = page.locator("#history");
    await history.locator("tbody tr[data-row]").first().waitFor();
    await history.getByRole("button", { name: "copy these 50" }).waitFor();
    const lines = await linesOf(page, history.getByRole("link", { name: "CSV" }));
    expect(lines.length).toBeGreaterThan(400);
  });
});

describe("a run whose system is down", () => {
  test("is silent, on its page and at the end of the ribbon", async () => {
    const [run] = await runsOf(dashboard().url, "harbour-07");
    const page = await open(`/systems/harbour-07/runs/${run}`);
    await page.locator(".view-head .mark.down", { hasText: /silent since/ }).waitFor();
    await page.goto(`${dashboard().url}/systems/harbour-07`);
    const last = page.locator(".ribbon .segment").last();
    await eventually(async () =>
      expect(await last.getAttribute("aria-label")).toMatch(/silent since/),
    );
    expect(await last.getAttribute("class")).toMatch(/down/);
  });
});

describe("a system's ribbon", () => {
  test("shows the latest run also on a phone, however many there were", async () => {
    const { call, url } = dashboard();
    const system_id = "phone-box";
    const entities = [{ category: "door", name: "front", identity: "d-1" }];
    for (let turn = 0; turn < 24; turn += 1) {
      await call.run({ system_id, run_id: v7(), entities });
    }
    const [latest] = await runsOf(url, system_id);
    const page = await open(`/systems/${system_id}`, NARROW);
    const segment = page.locator(`.ribbon a[href$="${latest}"]`);
    await segment.waitFor();
    const box = await segment.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(NARROW.width);
  });
});

describe("the heat map", () => {
  const told = (page: Page) => page.locator(".heat .chart-told");

  test("filters the list below by the hour and the sensor that is clicked", async () => {
    const page = await open("/systems/depot-east");
    const map = page.getByRole("application");
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    if (!box) throw new Error("the heat map has no place");
    const y = box.y + 26 + 2.5 * 18;
    // From the latest hour backwards, until there is something in it.
    for (let x = box.x + box.width - 3; ; x -= 3) {
      await page.mouse.move(x, y);
      const words = await told(page).innerText();
      if (/^[1-9]/.test(words)) break;
    }
    const [, name] = (await told(page).innerText()).match(/ \/ (.+)$/) ?? [];
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForURL(/show=history/);
    expect(queryOf(page)).toMatchObject({ name });
    const rows = page.locator(".history li");
    await rows.first().waitFor();
    for (const words of await rows.allTextContents()) expect(words).toContain(name);
  });

  test("filters by a sensor whose name has a star, and by no other", async () => {
    const { call, url } = dashboard();
    const system_id = "attic";
    const [run_id] = await runsOf(url, system_id);
    const entity = { category: "door", name: "quay*", identity: "d-01" };
    await call.fire({ system_id, run_id: run_id as string, entity, activation_id: v7() });
    const page = await open(`/systems/${system_id}`);
    const map = page.getByRole("application");
    await map.focus();
    await eventually(async () => {
      const words = await told(page).innerText();
      if (!words.endsWith("door / quay*")) await page.keyboard.press("ArrowDown");
      expect(words).toMatch(/^1 activation .*door \/ quay\*$/);
    });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^door \/ quay\* \/ d-01/ }).waitFor();
    // The hour alone would not do: the sensor "quay gate" has the same category and identity, and fired in the past days.
    await page.getByRole("button", { name: "take the filter by time away" }).click();
    const rows = page.locator(".history li");
    // Not the rendered text: a row that the browser has not drawn yet has none (`content-visibility: auto`).
    await eventually(async () => expect(await rows.allTextContents()).toHaveLength(1));
    expect(await rows.first().textContent()).toContain("quay*");
  });

  test("does not say 0 in its table for what it has not loaded", async () => {
    const page = await open("/systems/barn-02");
    await page.getByText("Show as table").first().click();
    const cells = page.locator(".heat .chart-table td");
    await cells.first().waitFor();
    await eventually(async () => expect(await cells.allInnerTexts()).not.toContain("—"));
  });
});
