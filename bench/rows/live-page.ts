import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import type { Bed } from "../bed.ts";
import type { FireCost, FireSetup } from "../load/fire-program.ts";
import type { BenchOptions } from "../options.ts";
import type { LiveRow } from "../results.ts";
import { median } from "../rounds.ts";
import { startChild } from "../support/child.ts";
import { startSlimmer } from "../support/slimmer-process.ts";

const PER_SECOND = 1_000;
const GOAL_MS = 1_000;
const LONG_TASK_MS = 50;
const WARM_UP_SECONDS = 3;
const PROGRAM = fileURLToPath(new URL("../load/fire-program.js", import.meta.url));

/**
 * Notes, in the page, when the frame after each event was drawn, how long before that each of its activations was fired (one
 * machine, one clock), and every task that kept the page from drawing.
 */
const OBSERVE = `
  globalThis.seen = { shown: [], skipped: 0, longTasks: [] };
  const add = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, ...rest) {
    add.call(this, type, ...rest);
    if (type !== "activations") return;
    add.call(this, type, ({ data }) => {
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const now = Date.now();
        const { activations, skipped } = JSON.parse(data);
        for (const { occurred_at } of activations) {
          const firedMs = Date.parse(occurred_at);
          seen.shown.push({ firedMs, lagMs: now - firedMs });
        }
        seen.skipped += skipped;
      }));
    });
  };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      seen.longTasks.push({ startedMs: performance.timeOrigin + startTime, ms: duration });
    }
  }).observe({ type: "longtask", buffered: true });
`;

type Seen = {
  shown: { firedMs: number; lagMs: number }[];
  skipped: number;
  longTasks: { startedMs: number; ms: number }[];
};

/** Row 11: from fire() of the SDK, a thousand a second, to the frame that shows it on the live page. */
export async function livePage(
  bed: Bed,
  browser: Browser,
  { rounds, seconds, say }: BenchOptions,
): Promise<LiveRow> {
  const web = await startSlimmer("web", { ...bed.env, SLIMMER_WEB_LISTEN: "127.0.0.1:0" });
  try {
    const lags: number[][] = [];
    const longTasks: number[] = [];
    let skipped = 0;
    for (let round = 1; round <= rounds; round++) {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 860 } });
      await page.addInitScript(OBSERVE);
      await page.goto(`http://${web.addresses.http}/live`);
      await page.getByText("connected").waitFor();
      // What is fired while a thousand sensors are being registered has to wait for that.
      const { measuredFromMs } = await fireFor(seconds, {
        client: { address: bed.server.addresses.grpc, systemId: "live-page" },
        perSecond: PER_SECOND,
        warmUpSeconds: WARM_UP_SECONDS,
        seconds,
      });
      // What was fired last is under way for less than that.
      await page.waitForTimeout(1_500);
      const seen = (await page.evaluate("seen")) as Seen;
      await page.close();
      const measured = seen.shown.filter(({ firedMs }) => firedMs >= measuredFromMs);
      const ofRound = measured.map(({ lagMs }) => lagMs);
      lags.push(ofRound);
      skipped += seen.skipped;
      const tasks = seen.longTasks.filter(({ startedMs }) => startedMs >= measuredFromMs);
      longTasks.push(...tasks.map(({ ms }) => ms));
      say(`round ${round}  live page  ${ofRound.length} shown, p99 ${at(ofRound, 0.99)} ms`);
    }
    await bed.clear();
    return {
      row: 11,
      what: `from fire() to the live page, ${PER_SECOND.toLocaleString("en")} a second`,
      shown: lags.flat().length,
      skipped,
      p50Ms: median(lags.map((each) => at(each, 0.5))),
      p99Ms: median(lags.map((each) => at(each, 0.99))),
      longTasks: longTasks.filter((ms) => ms > LONG_TASK_MS).length,
      longestTaskMs: Math.max(0, ...longTasks),
      goalP99Ms: GOAL_MS,
    };
  } finally {
    await web.stop();
  }
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

async function fireFor(seconds: number, setup: FireSetup): Promise<FireCost> {
  const child = startChild(PROGRAM, [JSON.stringify(setup)]);
  const cost = await new Promise<FireCost>((resolve, reject) => {
    child.process.once("message", resolve);
    void child.exited.then(() =>
      reject(new Error(`the firing client ended before its ${seconds} s:\n${child.output()}`)),
    );
  });
  await child.stop();
  return cost;
}
