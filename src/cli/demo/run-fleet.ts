import { EXIT } from "../../processes/exit-codes.ts";
import { listenForStop } from "../../processes/stop-signals.ts";
import type { Connection } from "../connection/connection-options.ts";
import { note } from "../output/output-option.ts";
import { createProgress, type Progress } from "../output/progress.ts";
import { durationText } from "../output/units.ts";
import type { DemoSystem } from "./fleet.ts";
import { type Played, playSystem } from "./play-system.ts";

const TICK_MS = 20;
const SHOW_EVERY_MS = 250;
/** So many connect at a time. */
const ABREAST = 20;
/** Longest that the end waits for what is not delivered yet. */
const FINISH_MS = 10_000;

/** How a demo went. */
export type FleetRun = { readonly played: readonly Played[]; readonly lastedMs: number };

/**
 * Plays a fleet until its time is over or somebody asks to stop, and then delivers what waits. A second request to stop
 * ends the process at once. Rejects with the client's error when the server is not there at the start.
 */
export async function runFleet(
  connection: Connection,
  fleet: readonly DemoSystem[],
  { hour, durationMs }: { hour: number; durationMs: number | undefined },
): Promise<FleetRun> {
  const stop = listenForStop();
  stop.onHurry(() => process.exit(EXIT.failed));
  const progress = createProgress("demo");
  const played: Played[] = [];
  try {
    const startedAt = Date.now();
    for (let first = 0; first < fleet.length; first += ABREAST) {
      const abreast = fleet.slice(first, first + ABREAST);
      played.push(
        ...(await allOrNone(
          abreast.map((system) => playSystem(connection, system, { hour, startedAt })),
          played,
        )),
      );
    }
    const timer = play(played, startedAt, durationMs, progress);
    await Promise.race([stop.asked, ...(durationMs === undefined ? [] : [pause(durationMs)])]);
    timer.stop();
    progress.end();
    const lastedMs = Date.now() - startedAt;
    note(`stopping after ${durationText(lastedMs)}: delivering what waits`);
    await Promise.all(played.map(({ finish }) => finish(FINISH_MS)));
    return { played, lastedMs };
  } finally {
    progress.end();
    stop.dispose();
  }
}

/** Those of the others that are connected already are closed when one is not. */
async function allOrNone(
  opening: readonly Promise<Played>[],
  earlier: readonly Played[],
): Promise<Played[]> {
  const results = await Promise.allSettled(opening);
  const open = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const failed = results.find((result) => result.status === "rejected");
  if (!failed) return open;
  await Promise.all([...earlier, ...open].map(({ finish }) => finish(0)));
  throw failed.reason;
}

function play(
  played: readonly Played[],
  startedAt: number,
  durationMs: number | undefined,
  progress: Progress,
): { stop(): void } {
  let shownAt = 0;
  let firedBefore = 0;
  const timer = setInterval(() => {
    const elapsedMs = Date.now() - startedAt;
    for (const system of played) system.advance(elapsedMs);
    if (elapsedMs - shownAt < SHOW_EVERY_MS) return;
    const stats = played.map((system) => system.stats());
    const sum = (count: (one: (typeof stats)[number]) => number) =>
      stats.reduce((total, one) => total + count(one), 0);
    const fired = sum((one) => one.fired);
    const rate = ((fired - firedBefore) * 1_000) / (elapsedMs - shownAt);
    const offline = played.filter(({ isOffline }) => isOffline).length;
    progress.update(
      elapsedMs,
      durationMs,
      [
        `${rate.toFixed(0)}/s`,
        `delivered ${sum((one) => one.delivered)}`,
        `waiting ${sum((one) => one.waiting)}`,
        `dropped ${sum((one) => one.dropped)}`,
        ...(offline > 0 ? [`offline ${offline}`] : []),
        ...(stats.every(({ isConnected }) => !isConnected) ? ["server away"] : []),
      ].join("  "),
    );
    shownAt = elapsedMs;
    firedBefore = fired;
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}

function pause(ms: number): Promise<void> {
  // setTimeout counts in 32 bits: what is longer would end at once.
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, 2 ** 31 - 1)).unref());
}
