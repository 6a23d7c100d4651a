import { describe, expect, test } from "vitest";
import { openPage, useBrowser } from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";

const dashboard = useDashboard();
const browser = useBrowser();

/** A page whose clock can be put forward; noon in Paris at first. */
async function openAtNoon(path: string) {
  const page = await openPage(browser(), "about:blank");
  await page.clock.install({ time: "2026-11-23T11:00:00Z" });
  await page.goto(dashboard().url + path);
  return page;
}

describe("what the page could not ask for anew", () => {
  test("was right when it last answered, not when that was noticed", async () => {
    const page = await openAtNoon("/");
    await page.getByText("harbour-07").first().waitFor();
    await page.route("**/v1/**", (route) => route.abort());
    await page.clock.fastForward("07:00");
    await page.getByText("The server stopped answering at 12:00.").waitFor();
    await page.getByText("What is shown was right at 12:00").first().waitFor();
  });

  test("stays on the page of a system, under what went wrong", async () => {
    const page = await openAtNoon("/systems/harbour-07");
    const rows = page.locator("tbody tr");
    await rows.first().waitFor();
    await page.locator(".ribbon li").first().waitFor();
    await page.route(/\/v1\/(systems\/|counts)/, (route) => route.abort());
    await page.clock.fastForward("07:00");
    for (const what of ["harbour-07", "the sensors", "the runs"]) {
      await page.getByText(`Could not load ${what}.`).waitFor();
    }
    // Whether they had come before depends on how far the map had got.
    await page.getByText(/The counts (are those of 12:00|could not be loaded)/).waitFor();
    expect(await rows.count()).toBeGreaterThan(0);
    expect(await page.locator(".ribbon li").count()).toBeGreaterThan(0);
  });
});
