import { v7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import { openPage, useBrowser } from "../support/browser.ts";
import { door, greenhouse } from "../support/cast.ts";
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
