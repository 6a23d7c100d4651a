import { v7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import { openPage, useBrowser } from "../support/browser.ts";
import { boiler, door, greenhouse } from "../support/cast.ts";
import { useDashboard } from "../support/dashboard.ts";

const dashboard = useDashboard({ isEmpty: true });
const browser = useBrowser();
const { systemId, entities } = greenhouse;
const runId = v7();

function fire(facts: { name?: string; agoMs?: number } = {}): Promise<unknown> {
  const { name = door.name, agoMs = 0 } = facts;
  const ms = Date.now() - agoMs;
  return dashboard().call.fire({
    system_id: systemId,
    run_id: runId,
    entity: { ...door, name },
    activation_id: v7({ msecs: ms }),
  });
}

/** An event of the feed with some rows, and so many left out before them. */
function liveEvent(names: string[], skipped: number): string {
  const now = new Date().toISOString();
  const activations = names.map((name) => ({
    system_id: systemId,
    run_id: runId,
    entity: { ...door, name },
    activation_id: v7(),
    shown_at: now,
    occurred_at: now,
    received_at: now,
    attributes: {},
  }));
  const total = names.length + skipped;
  const data = { activations, skipped, total, caught_up: true, server_time: now };
  return `event: activations\ndata: ${JSON.stringify(data)}\n\n`;
}

const openLive = async (query = "") => {
  const page = await openPage(browser(), `${dashboard().url}/live${query}`);
  await page.getByText("connected").waitFor();
  return { page, rows: page.locator("main li") };
};

describe("before anything has happened", () => {
  test("the fleet says the next command, with the host that the reader sees", async () => {
    const page = await openPage(browser(), `${dashboard().url}/`);
    await page
      .getByText(/npx slimmer (demo|fire)/)
      .first()
      .waitFor();
    expect(await page.locator("main").innerText()).toContain("127.0.0.1");
  });

  test("so does the live page", async () => {
    const { page } = await openLive();
    await page.getByText("Nothing has fired yet.").waitFor();
    await page.getByText("npx slimmer demo").waitFor();
  });
});

describe("the live page", () => {
  beforeAll(async () => {
    await dashboard().call.run({ system_id: systemId, run_id: runId, entities });
  });

  test("shows what fires, newest first, without a reload", async () => {
    const { page, rows } = await openLive();
    await fire({ name: "first" });
    await rows.filter({ hasText: "first" }).waitFor();
    await fire({ name: "second" });
    await rows.filter({ hasText: "second" }).waitFor();
    expect(await rows.first().innerText()).toContain("second");
    expect(await page.title()).toContain("Live");
  });

  test("marks what arrives late, at the time it happened, and what no run has listed", async () => {
    const { rows } = await openLive();
    await fire({ name: "from a spool", agoMs: 3_600_000 });
    const row = rows.filter({ hasText: "from a spool" });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/late/);
    expect(await row.innerText()).toMatch(/not listed/);
    const shown = Date.parse((await row.locator("time").getAttribute("datetime")) ?? "");
    expect(Date.now() - shown).toBeGreaterThan(3_500_000);
  });

  test("keeps new rows back while it is paused, and counts them", async () => {
    const { page, rows } = await openLive();
    await page.keyboard.press("Space");
    await fire({ name: "meanwhile" });
    await page.getByText(/1 new/).waitFor();
    expect(await rows.filter({ hasText: "meanwhile" }).count()).toBe(0);
    await page.keyboard.press("Space");
    await rows.filter({ hasText: "meanwhile" }).waitFor();
  });

  test("filters by what its address says", async () => {
    const { rows } = await openLive("?name=wanted*");
    await fire({ name: "other" });
    await fire({ name: "wanted one" });
    await rows.filter({ hasText: "wanted one" }).waitFor();
    expect(await rows.filter({ hasText: "other" }).count()).toBe(0);
  });

  test("is taught to be tried with a command that leaves the run as it is", async () => {
    const sensor = new URLSearchParams({ ...boiler });
    const path = `/systems/${systemId}/sensor?${sensor}`;
    const page = await openPage(browser(), dashboard().url + path);
    await page.getByText(`--system ${systemId} --run ${runId}`).waitFor();
  });

  test("says that nothing matches its filter", async () => {
    const { page } = await openLive("?name=nobody");
    await page.getByText("Nothing of late matches the filter.").waitFor();
  });

  test("says what is wrong with a system that there is not, and offers those that there are", async () => {
    const page = await openPage(browser(), `${dashboard().url}/live?system=greenh`);
    await page.getByRole("alert").getByText('there is no system "greenh"').waitFor();
    expect(await page.getByText("reconnecting").count()).toBe(0);
    await page.locator(`datalist option[value="${systemId}"]`).waitFor({ state: "attached" });
    await page.getByLabel("only this system").fill(systemId);
    await page.getByText("● connected", { exact: true }).waitFor();
    await fire({ name: "of the greenhouse" });
    await page.locator("main li").filter({ hasText: "of the greenhouse" }).waitFor();
  });

  test("keeps the space that somebody rests behind", async () => {
    const { page } = await openLive();
    const field = page.getByLabel("only this name");
    await field.pressSequentially("quay ");
    await page.waitForURL(/name=quay$/);
    await field.pressSequentially("gate");
    await page.waitForURL(/name=quay\+gate$/);
    expect(await field.inputValue()).toBe("quay gate");
  });

  test("has a line where rows are left out, and it leads to all of them", async () => {
    const page = await openPage(browser(), "about:blank");
    let asked = 0;
    await page.route("**/v1/live?*", async (route) => {
      asked += 1;
      // The ones after that hear nothing.
      if (asked > 1) return;
      await route.fulfill({
        contentType: "text/event-stream",
        body: liveEvent(["older"], 0) + liveEvent(["newer"], 185),
      });
    });
    await page.goto(`${dashboard().url}/live?system=${systemId}`);
    const rows = page.locator("main li");
    await rows.filter({ hasText: "older" }).waitFor();
    const words = await rows.allInnerTexts();
    expect(words).toHaveLength(3);
    expect(words[0]).toContain("newer");
    expect(words[1]).toContain("185 not shown");
    expect(words[2]).toContain("older");
    await page.getByRole("link", { name: "history" }).click();
    await page.waitForURL(new RegExp(`/systems/${systemId}\\?show=history&since=.+&until=.+`));
    await page.getByRole("button", { name: "history", pressed: true }).waitFor();
  });

  test("leaves the row that has the focus where it is, until the focus goes", async () => {
    const { page, rows } = await openLive();
    await fire({ name: "to be read" });
    await rows.filter({ hasText: "to be read" }).waitFor();
    await page.keyboard.press("j");
    const focused = page.locator(":focus");
    expect(await focused.innerText()).toContain("to be read");
    await page.locator(".tip-box", { hasText: "happened" }).waitFor();
    await fire({ name: "while reading" });
    await page.getByText(/1 new/).waitFor();
    expect(await rows.filter({ hasText: "while reading" }).count()).toBe(0);
    expect(await focused.innerText()).toContain("to be read");
    await page.evaluate("document.activeElement.blur()");
    await rows.filter({ hasText: "while reading" }).waitFor();
  });

  test("is paused by Space also from a row", async () => {
    const { page, rows } = await openLive();
    await rows.first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Space");
    await page.getByText("paused").waitFor();
  });

  test("goes on where it was cut when the web process is killed: nothing is missing, nothing twice", async () => {
    const { page, rows } = await openLive();
    await fire({ name: "before the crash" });
    await rows.filter({ hasText: "before the crash" }).waitFor();
    await dashboard().restartWeb(async () => {
      await page
        .getByText(/stopped (at|answering)/i)
        .first()
        .waitFor();
      await fire({ name: "during the crash" });
    });
    await rows.filter({ hasText: "during the crash" }).waitFor({ timeout: 60_000 });
    await fire({ name: "after the crash" });
    await rows.filter({ hasText: "after the crash" }).waitFor();
    for (const name of ["before the crash", "during the crash", "after the crash"]) {
      expect(await rows.filter({ hasText: name }).count(), name).toBe(1);
    }
    await page.getByText("connected").waitFor();
  });
});
