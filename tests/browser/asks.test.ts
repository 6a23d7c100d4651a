import type { Page, Request } from "playwright-core";
import { expect, test } from "vitest";
import { loadAsk } from "../../bench/screens/load-ask.ts";
import {
  type Ask,
  fleetScreen,
  type ListedSensor,
  liveScreen,
  runScreen,
  type Screen,
  sensorScreen,
  storageScreen,
  systemScreen,
} from "../../bench/screens/screens.ts";
import { openPage, useBrowser } from "../support/browser.ts";
import { useDashboard } from "../support/dashboard.ts";
import { eventually } from "../support/eventually.ts";
import { runsOf } from "../support/web-api.ts";

// `npm run bench` opens pages without a browser: what it asks for them must be what the dashboard asks.

const dashboard = useDashboard();
const browser = useBrowser();

const SYSTEM = "harbour-07";
const SENSOR = { category: "door", name: "quay gate", identity: "d-01" };

const SCREENS: Record<Screen["name"], () => Promise<[path: string, screen: Screen]>> = {
  fleet: async () => ["/", fleetScreen()],
  system: async () => [`/systems/${SYSTEM}`, systemScreen(SYSTEM)],
  sensor: async () => [
    `/systems/${SYSTEM}/sensor?${new URLSearchParams(SENSOR)}`,
    sensorScreen(SYSTEM, SENSOR),
  ],
  run: async () => {
    const [run = ""] = await runsOf(dashboard().url, SYSTEM);
    return [`/systems/${SYSTEM}/runs/${run}`, runScreen(SYSTEM, run)];
  },
  live: async () => ["/live", liveScreen()],
  storage: async () => ["/storage", storageScreen()],
};

test.each(Object.keys(SCREENS) as Screen["name"][])(
  "the benchmark asks what the screen %s asks",
  async (name) => {
    const [path, screen] = await SCREENS[name]();
    const page = await openPage(browser(), "about:blank");
    const asked = questionsOf(page);
    await page.goto(dashboard().url + path);
    const expected = await asksOf(screen);
    await eventually(() => expect([...asked].toSorted()).toEqual(expected));
    // Nothing more comes once everything is there.
    await page.waitForLoadState("load");
    await eventually(async () =>
      expect(await page.locator('[aria-busy="true"], .skeleton, .chart-room').count()).toBe(0),
    );
    expect([...asked].toSorted()).toEqual(expected);
  },
);

/** The questions of a page from now on, each once, however often it is asked. */
function questionsOf(page: Page): ReadonlySet<string> {
  const asked = new Set<string>();
  page.on("request", (request: Request) => {
    const { pathname, search } = new URL(request.url());
    if (!pathname.startsWith("/v1/")) return;
    asked.add(question(pathname + search, request.postDataJSON() as object | null));
  });
  return asked;
}

/** The same of the benchmark, with the answers that the dashboard gets. */
async function asksOf({ asks, live, heatOf }: Screen): Promise<string[]> {
  const asked = new Set<string>(live ? [question(live, null)] : []);
  async function load(ask: Ask): Promise<void> {
    const answer = await loadAsk(ask, async (path, body) => {
      asked.add(question(path, body ?? null));
      const url = dashboard().url + path;
      const response = await (body
        ? fetch(url, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          })
        : fetch(url));
      expect(response.status).toBe(200);
      return (await response.json()) as Record<string, unknown>;
    });
    if (heatOf && ask.list?.name === "sensors") {
      await load(heatOf(answer.sensors as ListedSensor[]));
    }
  }
  for (const ask of asks) await load(ask);
  return [...asked].toSorted();
}

/** A path with its parameters in order, and a body with its moments in hours from this one: as texts that can be compared. */
function question(path: string, body: object | null): string {
  const url = new URL(path, "http://localhost");
  url.searchParams.sort();
  return `${url.pathname}${url.search}${body ? ` ${JSON.stringify(body, inHours)}` : ""}`;
}

const HOUR_MS = 3_600_000;

function inHours(key: string, value: unknown): unknown {
  if (key !== "since" && key !== "until") return value;
  return Date.parse(value as string) / HOUR_MS - Math.floor(Date.now() / HOUR_MS);
}
