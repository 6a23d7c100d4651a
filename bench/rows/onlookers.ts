import { setTimeout as pause } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import type { Window } from "../load/protocol.ts";
import { type Crowd, startCrowd } from "../onlookers/crowd.ts";
import { lackOf, pagesGiven } from "../onlookers/lack.ts";
import type { Given, Onlookers } from "../onlookers/protocol.ts";
import type { BenchOptions } from "../options.ts";
import { cpuSeconds } from "../proc.ts";
import { type OnlookersRow, type RateRow, rateRow } from "../results.ts";
import { type Contestant, measureRounds, median } from "../rounds.ts";
import { startSlimmer } from "../support/slimmer-process.ts";

const DASHBOARDS = 200;
const GOAL = 0.9;
/** Each sensor of a system is in one of these, by the first digit of its number. */
const WATCHED_NAMES = Array.from({ length: 10 }, (_, digit) => `hall ${digit}*`);
/**
 * Pages are open for a while before a window begins: how often they may come back depends on how many there are, and each
 * hears of that with its next answers.
 */
const SETTLING_MS = 12_000;
/** Windows that are shorter only show that everything works. */
const MEASURING_SECONDS = 3;
/** How long what was stored may be under way to those who look on. */
const CATCH_UP_MS = 30_000;
/** What is due in a window of some four seconds; of fewer, chance says how many come in it. */
const MANY_ANSWERS = 400;

/** Row 10: single calls while programs watch and pages are open, against the same calls with nobody there. */
export async function onlookers(
  bed: Bed,
  options: BenchOptions,
): Promise<{ rate: RateRow; given: OnlookersRow }> {
  const { callers, connections } = options;
  const { systems, server } = bed;
  const web = await startSlimmer("web", { ...bed.env, SLIMMER_WEB_LISTEN: "127.0.0.1:0" });
  const generator = await startGenerator(
    "unary",
    { address: server.addresses.grpc, method: "new_activation", callers, connections, systems },
    12_000,
  );
  const whom: Onlookers = {
    grpc: server.addresses.grpc,
    web: web.addresses.http,
    systemIds: systems.map(({ systemId }) => systemId),
    watchedNames: WATCHED_NAMES,
    dashboards: DASHBOARDS,
  };
  const who = `${systems.length * WATCHED_NAMES.length} watchers and ${DASHBOARDS} open pages`;
  const watched = beforeOnlookers({ generator, serverPid: server.pid }, whom, web.pid, options.say);
  try {
    const samples = await measureRounds(
      bed,
      {
        watched: watched.contestant,
        alone: { generator: afterSettling(generator), serverPid: server.pid, isCounted: true },
      },
      options,
    );
    const rate = rateRow(
      10,
      `durable new_activation, ${callers} callers, with onlookers`,
      GOAL,
      [`new_activation, ${who}`, samples.watched],
      ["nobody looking on", samples.alone],
    );
    // The first window was to warm up.
    return { rate, given: givenRow(`what ${who} were given`, watched.windows.slice(1)) };
  } finally {
    await watched.end();
    await generator.close();
    await web.stop();
  }
}

type GivenWindow = Omit<OnlookersRow, "row" | "what">;

type WatchedLoad = {
  readonly contestant: Contestant;
  /** What was given in each window. */
  readonly windows: readonly GivenWindow[];
  end(): Promise<void>;
};

/** With nobody there it rests for as long, too: what a server has at hand, it gives back while nothing comes. */
function afterSettling(generator: Generator): Generator {
  return {
    ...generator,
    async refill(seconds) {
      await generator.refill(seconds);
      await settle(seconds);
    },
  };
}

async function settle(seconds: number): Promise<void> {
  if (seconds >= MEASURING_SECONDS) await pause(SETTLING_MS);
}

/**
 * The same load before those who look on. They come before each window, and go after it, once they have been given what
 * was stored in it.
 */
function beforeOnlookers(
  { generator, serverPid }: { generator: Generator; serverPid: number },
  whom: Onlookers,
  webPid: number,
  say: (line: string) => void,
): WatchedLoad {
  const windows: GivenWindow[] = [];
  let crowd: Crowd | undefined;
  let before: Given;
  let atEnd: Given;
  let cores: readonly number[] = [];

  return {
    windows,
    contestant: {
      generator: {
        pid: generator.pid,
        async refill(seconds) {
          await generator.refill(seconds);
          crowd = await startCrowd(whom);
          await settle(seconds);
        },
        async run(seconds) {
          const { pid, tell } = crowd as Crowd;
          const pids = [webPid, pid];
          before = await tell();
          const cpuBefore = pids.map(cpuSeconds);
          const window = await generator.run(seconds);
          atEnd = await tell();
          cores = pids.map(
            (one, place) =>
              ((cpuSeconds(one) - (cpuBefore[place] ?? 0)) * 1_000) / window.elapsedMs,
          );
          return window;
        },
        close: () => generator.close(),
      },
      serverPid,
      isCounted: true,
      async afterwards({ done, elapsedMs }: Window) {
        const stored = { rows: done, systems: whom.systemIds.length };
        const last = await caughtUp(crowd as Crowd, before, stored);
        await crowd?.leave();
        const [webCores = 0, ownCores = 0] = cores;
        const given = {
          stored: done,
          watched: last.watched.activations - before.watched.activations,
          ...pagesGiven(before, atEnd, elapsedMs),
          webCores,
          ownCores,
        };
        requireAnswers(given);
        windows.push(given);
        say(`onlookers  ${given.answers} answers of ${Math.round(given.answersDue)} due`);
      },
    },
    end: async () => crowd?.leave(),
  };
}

/** Waits until everybody has been given what was stored; throws what is wrong where that takes too long, or something failed. */
async function caughtUp(
  { tell }: Crowd,
  before: Given,
  stored: { rows: number; systems: number },
): Promise<Given> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const now = await tell();
    const { length, 0: first } = now.problems;
    if (length > 0)
      throw new Error(`onlookers were turned away or cut off ${length} times: ${first}`);
    const lack = lackOf(before, now, stored);
    if (!lack) return now;
    if (performance.now() > deadline) throw new Error(`${lack} within ${CATCH_UP_MS / 1_000} s`);
    await pause(100);
  }
}

/** Throws where the pages hardly asked: they were no load. */
function requireAnswers({ answers, answersDue }: GivenWindow): void {
  if (answersDue < MANY_ANSWERS || answers >= answersDue / 2) return;
  throw new Error(
    `the open pages were given ${answers} answers in the window, and ${Math.round(answersDue)} were due`,
  );
}

function givenRow(what: string, windows: readonly GivenWindow[]): OnlookersRow {
  const sum = (key: keyof GivenWindow) => windows.reduce((total, window) => total + window[key], 0);
  const middle = (key: keyof GivenWindow) => median(windows.map((window) => window[key]));
  return {
    row: 10,
    what,
    stored: sum("stored"),
    watched: sum("watched"),
    answers: sum("answers"),
    answersDue: sum("answersDue"),
    events: sum("events"),
    webCores: middle("webCores"),
    ownCores: middle("ownCores"),
  };
}
