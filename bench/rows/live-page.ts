import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { Bed } from "../bed.ts";
import type { FireCost, FireSetup } from "../load/fire-program.ts";
import type { BenchOptions } from "../options.ts";
import type { LiveRow } from "../results.ts";
import { median } from "../rounds.ts";
import { startChild } from "../support/child.ts";
import { startSlimmer } from "../support/slimmer-process.ts";
import { lagAt, lagsOf, type Seen } from "./seen-lags.ts";

const PER_SECOND = 1_000;
const GOAL_MS = 1_000;
const LONG_TASK_MS = 50;
const WARM_UP_SECONDS = 3;
/** How long what was fired may be under way to the page. */
const CATCH_UP_MS = 30_000;
const LOOK_MS = 100;
const PROGRAM = fileURLToPath(new URL("../load/fire-program.js", import.meta.url));

/**
 * Notes, in the page, when the frame after each event was drawn, how long before that each of its activations was fired (one
 * machine, one clock), and every task that kept the page from drawing. What comes twice, after a reconnect, counts as it
 * came first.
 */
const observe = (systemId: string) => `
  globalThis.seen = { rows: [], skipped: 0, longTasks: [] };
  const known = new Set();
  const add = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, ...rest) {
    add.call(this, type, ...rest);
    if (type !== "activations") return;
    add.call(this, type, ({ data }) => {
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const now = Date.now();
        const { activations, skipped } = JSON.parse(data);
        for (const { system_id, seq, occurred_at } of activations) {
          if (system_id !== ${JSON.stringify(systemId)} || known.has(seq)) continue;
          known.add(seq);
          seen.rows.push({ seq: Number(seq), lagMs: now - Date.parse(occurred_at) });
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
    for (let round = 1; round <= rounds; round++) {
      // The page begins with what other rounds have fired.
      const systemId = `live-page-${round}`;
      const page = await browser.newPage({ viewport: { width: 1_280, height: 860 } });
      await page.addInitScript(observe(systemId));
      await page.goto(`http://${web.addresses.http}/live`);
      await page.getByText("connected").waitFor();
      // What is fired while a thousand sensors are being registered has to wait for that.
      const fired = await fire({
        client: { address: bed.server.addresses.grpc, systemId },
        perSecond: PER_SECOND,
        warmUpSeconds: WARM_UP_SECONDS,
        seconds,
        closeMs: CATCH_UP_MS,
      });
      const seen = await seenOf(page, fired);
      await page.close();
      const ofRound = lagsOf(seen, fired);
      lags.push(ofRound);
      const tasks = seen.longTasks.filter(({ startedMs }) => startedMs >= fired.measuredFromMs);
      longTasks.push(...tasks.map(({ ms }) => ms));
      say(
        `round ${round}  live page  ${shownOf(ofRound)} of ${fired.calls} shown, p99 ${lagAt(ofRound, 0.99)} ms`,
      );
    }
    await bed.clear();
    const all = lags.flat();
    const middle = (share: number) => {
      const lagMs = median(lags.map((ofRound) => lagAt(ofRound, share)));
      return Number.isFinite(lagMs) ? lagMs : undefined;
    };
    return {
      row: 11,
      what: `from fire() to the live page, ${PER_SECOND.toLocaleString("en")} a second`,
      fired: all.length,
      shown: shownOf(all),
      countedOnly: all.length - shownOf(all),
      p50Ms: middle(0.5),
      p99Ms: middle(0.99),
      longTasks: longTasks.filter((ms) => ms > LONG_TASK_MS).length,
      longestTaskMs: Math.max(0, ...longTasks),
      goalP99Ms: GOAL_MS,
    };
  } finally {
    await web.stop();
  }
}

function shownOf(lags: readonly number[]): number {
  return lags.filter(Number.isFinite).length;
}

/** What the page has seen, once it has seen or counted everything that was fired; throws where something never came. */
async function seenOf(page: Page, { warmUpCalls, calls }: FireCost): Promise<Seen> {
  const all = warmUpCalls + calls;
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const seen = (await page.evaluate("seen")) as Seen;
    const told = seen.rows.length + seen.skipped;
    if (told >= all) return seen;
    if (performance.now() > deadline) {
      throw new Error(
        `the live page was told of ${told} of ${all} activations within ${CATCH_UP_MS / 1_000} s`,
      );
    }
    await page.waitForTimeout(LOOK_MS);
  }
}

/** Fires in a process of its own, until everything is delivered. */
async function fire(setup: FireSetup): Promise<FireCost> {
  const child = startChild(PROGRAM, [JSON.stringify(setup)]);
  const cost = await new Promise<FireCost>((resolve, reject) => {
    child.process.once("message", resolve);
    void child.exited.then(() =>
      reject(new Error(`the firing client ended before its time:\n${child.output()}`)),
    );
  });
  await child.exited;
  return cost;
}
