import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { openPage, useBrowser } from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";
import { eventually } from "../support/eventually.ts";

const dashboard = useDashboard();
const browser = useBrowser();

const open = async (path = "/") => {
  const page = await openPage(browser(), dashboard().url + path);
  await page.getByText("harbour-07").first().waitFor();
  return page;
};
const pathOf = (page: Page) => new URL(page.url()).pathname;

describe("with the keyboard alone", () => {
  test("/ goes to the search, and Enter to the first that was found", async () => {
    const page = await open();
    await page.keyboard.press("/");
    await page.keyboard.type("mill");
    await page
      .getByRole("option", { name: /mill-north/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /mill-north/ }).waitFor();
    expect(pathOf(page)).toBe("/systems/mill-north");
  });

  test("Enter before the answer is there opens the first that is found, when it comes", async () => {
    const page = await open();
    const mayAnswer = deferred<void>();
    await page.route("**/v1/search?*", async (route) => {
      await mayAnswer.promise;
      await route.continue();
    });
    await page.keyboard.press("/");
    await page.keyboard.type("mill");
    await page.keyboard.press("Enter");
    mayAnswer.resolve();
    await page.getByRole("heading", { name: /mill-north/ }).waitFor();
  });

  test("Escape comes back to the row that was opened", async () => {
    const page = await open();
    await page.locator("main .tile").first().waitFor();
    for (const key of ["j", "j", "j"]) await page.keyboard.press(key);
    const href = await page.locator(":focus").getAttribute("href");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${href}`);
    await page.getByRole("heading", { name: "sensors" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(`main a[href="${href}"]:focus`).waitFor();
  });

  test("a time says when it was, in full, where there is no row to ask", async () => {
    const page = await open("/systems/harbour-07");
    await page.locator(".system-facts time").first().waitFor();
    await page.getByRole("button", { name: "copy link" }).focus();
    const at = page.locator(".system-facts .tip:focus");
    // Past the labels.
    await eventually(async () => {
      await page.keyboard.press("Tab");
      expect(await at.count()).toBe(1);
    });
    await page.locator(".tip-box", { hasText: /\d{4}-\d\d-\d\d \d\d:\d\d/ }).waitFor();
  });

  test("a sensor is found by its name", async () => {
    const page = await open();
    await page.keyboard.press("/");
    await page.keyboard.type("quay ga");
    await page
      .getByRole("option", { name: /quay gate/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /quay gate/ }).waitFor();
    expect(pathOf(page)).toMatch(/\/systems\/[^/]+\/sensor$/);
  });

  test("? lists the keys, and Escape closes the list", async () => {
    const page = await open();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/search/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  test("j and Enter open a system, and the browser's back comes back", async () => {
    const page = await open();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/systems\//);
    await page.goBack();
    await page.getByText(/needs attention/i).waitFor();
  });

  test("k goes to the row before, and Escape back to where the reader came from", async () => {
    const page = await open();
    const focused = () => page.evaluate("document.activeElement.innerText");
    await page.keyboard.press("j");
    const first = await focused();
    await page.keyboard.press("j");
    expect(await focused()).not.toBe(first);
    await page.keyboard.press("k");
    expect(await focused()).toBe(first);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/systems\/harbour-07$/);
    await page.getByRole("heading", { name: /harbour-07/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText(/needs attention/i).waitFor();
    expect(pathOf(page)).toBe("/");
  });

  test("g and a letter go from screen to screen", async () => {
    const page = await open();
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { name: "Storage" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await page.getByRole("heading", { name: "Live" }).waitFor();
  });
});

describe("a system's page", () => {
  test("puts the sensors that need attention first, and says why", async () => {
    const page = await open("/systems/harbour-07");
    const rows = page.locator("tbody tr");
    await rows.first().waitFor();
    const words = await rows.allInnerTexts();
    expect(words[0]).toMatch(/roof[\s\S]*missing/);
    expect(words[1]).toMatch(/store west[\s\S]*never fired/);
  });

  test("tells the state in words, not in colour alone", async () => {
    const page = await open("/systems/harbour-07");
    await page.getByText(/down since/).waitFor();
  });

  test("of a name that nobody has registered says so, and what to do", async () => {
    const page = await openPage(browser(), `${dashboard().url}/systems/nobody`);
    await page
      .getByText(/nobody/)
      .first()
      .waitFor();
    expect(await page.locator("main").innerText()).toMatch(/no system|not found|never registered/i);
  });
});

describe("tables", () => {
  test("are downloaded as CSV", async () => {
    const page = await open("/systems/harbour-07");
    await page.locator("tbody tr").first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).first().click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
  });
});
