import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { chromiumOf } from "./tiers.mjs";
import { findOnPath } from "./which.ts";

export type View = { width: number; height: number; scheme?: "light" | "dark"; touch?: boolean };

export const WIDE: View = { width: 1_280, height: 860 };
export const NARROW: View = { width: 390, height: 844, touch: true };
/** The narrowest and the widest that every screen must fit. */
export const NARROWEST: View = { width: 360, height: 740, touch: true };
export const WIDEST: View = { width: 2_560, height: 1_440 };

/** A Chromium for the tests of a file; `hosts` are names that it takes for other addresses. */
export function useBrowser({ hosts = {} }: { hosts?: Record<string, string> } = {}): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
    browser = await chromium.launch({
      executablePath: findOnPath(chromiumOf(process.env)),
      // As root there is no sandbox; what it looks at is ours.
      args: ["--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=${rules}`],
    });
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error("the browser of useBrowser() exists only while tests run");
    return browser;
  };
}

/** A page that the running test looks at. What it complains about (errors, refused by CSP) fails the test. */
export async function openPage(
  browser: Browser,
  url: string,
  { width, height, scheme = "light", touch = false }: View = WIDE,
  { mayComplain }: { mayComplain?: RegExp } = {},
): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    hasTouch: touch,
    timezoneId: "Europe/Paris",
    locale: "en-GB",
    ignoreHTTPSErrors: true,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A server that is away on purpose is told by the page itself; Chromium also says so here.
    const isNetwork =
      message.text().includes("net::ERR_") || message.text().includes("Failed to load resource");
    if (message.type() === "error" && !isNetwork && !mayComplain?.test(message.text()))
      complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints, "what the page complained about").toEqual([]);
  });
  await page.goto(url);
  return page;
}
