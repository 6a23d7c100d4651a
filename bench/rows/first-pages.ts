import type { Browser, Page as BrowserPage } from "playwright-core";
import type { Bed } from "../bed.ts";
import type { HistorySize } from "../history.ts";
import type { BenchOptions } from "../options.ts";
import type { PageRow, PaintRow } from "../results.ts";
import { median } from "../rounds.ts";
import {
  fleetScreen,
  liveScreen,
  runScreen,
  type Screen,
  sensorScreen,
  storageScreen,
  systemScreen,
} from "../screens/screens.ts";
import { startSlimmer } from "../support/slimmer-process.ts";
import { requireWhole } from "./page-answers.ts";
import { openSide, type PageSide, type Place } from "./page-side.ts";

const SYSTEMS = 1_000;
const SENSORS = 10_000;
const SMALL = 100_000;
/** How much longer a page may take with the large history. */
const GOAL = 1.3;
const PER_SECOND = 8;

const SCREENS: Record<PageRow["page"], (place: Place) => Screen> = {
  fleet: fleetScreen,
  system: ({ systemId }) => systemScreen(systemId),
  sensor: ({ systemId, sensor: { entity } }) => sensorScreen(systemId, entity ?? {}),
  run: ({ systemId, run: { run_id } }) => runScreen(systemId, run_id),
  live: liveScreen,
  storage: storageScreen,
};

type Side = PageSide & { readonly size: HistorySize };

/** Row 9: the first page of each screen with a large history, against the same with a small one. */
export async function firstPages(
  bed: Bed,
  browser: Browser | undefined,
  options: BenchOptions,
): Promise<{ pages: PageRow[]; paints: PaintRow[] }> {
  const { history, seconds, rounds, say } = options;
  const sides: Side[] = [];
  try {
    for (const [name, activations] of [
      ["small", SMALL],
      ["large", history],
    ] as const) {
      const size = { systems: SYSTEMS, sensors: SENSORS, activations };
      sides.push({ ...(await openSide(bed, `pages_${name}`, size, say)), size });
    }
    const [small, large] = sides as [Side, Side];
    const rows: PageRow[] = [];
    for (const page of Object.keys(SCREENS) as PageRow["page"][]) {
      const times: Record<"small" | "large", number[]> = { small: [], large: [] };
      const repetitions = Math.max(5, Math.round(PER_SECOND * seconds * rounds));
      for (let repetition = -3; repetition < repetitions; repetition++) {
        for (const [name, side] of [
          ["small", small],
          ["large", large],
        ] as const) {
          const ms = await time(page, side, Math.abs(repetition * 37) % SYSTEMS);
          if (repetition >= 0) times[name].push(ms);
        }
      }
      const row = pageRow(page, times, history);
      say(`first page  ${page}  ${row.large.p50Ms.toFixed(1)} ms`);
      rows.push(row);
    }
    const paints = browser ? await firstPaints(browser, large) : [];
    return { pages: rows, paints };
  } finally {
    for (const side of sides) await side.close();
  }
}

const PAINT_GOAL_MS = 1_000;
const PAINTS = 7;
const PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
const LOOK_MS = 20;

/** The page tells it afterwards, so looking for it does not delay it. */
async function firstPaint(page: BrowserPage): Promise<number> {
  for (;;) {
    const ms = (await page.evaluate(PAINT)) as number | undefined;
    if (ms !== undefined) return ms;
    await page.waitForTimeout(LOOK_MS);
  }
}

/** How soon the pages show something in a browser that has never seen them, with the large history behind them. */
async function firstPaints(browser: Browser, { env, placeOf }: Side): Promise<PaintRow[]> {
  const web = await startSlimmer("web", { ...env, SLIMMER_WEB_LISTEN: "127.0.0.1:0" });
  const { systemId } = await placeOf(0);
  const rows: PaintRow[] = [];
  try {
    for (const [name, path] of [
      ["fleet", "/"],
      ["system", `/systems/${systemId}`],
    ] as const) {
      const times: number[] = [];
      for (let paint = 0; paint < PAINTS; paint++) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`http://${web.addresses.http}${path}`);
        times.push(await firstPaint(page));
        await context.close();
      }
      rows.push({
        row: 9,
        what: `first contentful paint, ${name}`,
        medianMs: median(times),
        slowestMs: Math.max(...times),
        goalMs: PAINT_GOAL_MS,
      });
    }
  } finally {
    await web.stop();
  }
  return rows;
}

/** How long the page took; that it has got everything is looked at afterwards. */
async function time(
  page: PageRow["page"],
  { placeOf, open, size }: Side,
  number: number,
): Promise<number> {
  const place = await placeOf(number);
  const screen = SCREENS[page](place);
  const startedAt = performance.now();
  const brought = await open(screen);
  const elapsedMs = performance.now() - startedAt;
  for (const one of brought) requireWhole(page, one, place, size);
  return elapsedMs;
}

function pageRow(
  page: PageRow["page"],
  { small, large }: Record<"small" | "large", number[]>,
  history: number,
): PageRow {
  const of = (times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return {
      p50Ms: median(sorted),
      p99Ms: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0,
    };
  };
  const sides = { small: of(small), large: of(large) };
  return {
    row: 9,
    what: `first page, ${page}`,
    page,
    smallActivations: SMALL,
    largeActivations: history,
    ...sides,
    ratio: sides.large.p50Ms / sides.small.p50Ms,
    goal: GOAL,
  };
}
