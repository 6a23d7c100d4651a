import { fileURLToPath } from "node:url";
import type { Bed } from "../bed.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import type { Given, OnlookerRequest, Onlookers } from "../load/onlookers-program.ts";
import type { BenchOptions } from "../options.ts";
import { cpuSeconds } from "../proc.ts";
import { type RateRow, rateRow } from "../results.ts";
import { measureRounds } from "../rounds.ts";
import { type Child, startChild } from "../support/child.ts";
import { startSlimmer } from "../support/slimmer-process.ts";

const WATCHERS = 50;
const DASHBOARDS = 200;
const GOAL = 0.9;
const PROGRAM = fileURLToPath(new URL("../load/onlookers-program.js", import.meta.url));

/** Row 10: single calls while programs watch and pages are open, against the same calls with nobody there. */
export async function onlookers(bed: Bed, options: BenchOptions): Promise<RateRow> {
  const { callers, connections, say } = options;
  const { systems, server } = bed;
  const web = await startSlimmer("web", { ...bed.env, SLIMMER_WEB_LISTEN: "127.0.0.1:0" });
  const generator = await startGenerator(
    "unary",
    { address: server.addresses.grpc, method: "new_activation", callers, connections, systems },
    12_000,
  );
  const crowd = {
    grpc: server.addresses.grpc,
    web: web.addresses.http,
    systemIds: systems.map(({ systemId }) => systemId),
    watchers: WATCHERS,
    dashboards: DASHBOARDS,
  };
  const before = `new_activation, ${WATCHERS} watchers and ${DASHBOARDS} open pages`;
  try {
    const samples = await measureRounds(
      bed,
      {
        watched: {
          generator: withOnlookers(generator, crowd, web.pid, say),
          serverPid: server.pid,
          isCounted: true,
        },
        alone: { generator, serverPid: server.pid, isCounted: true },
      },
      options,
    );
    return rateRow(
      10,
      `durable new_activation, ${callers} callers, with onlookers`,
      GOAL,
      [before, samples.watched],
      ["nobody looking on", samples.alone],
    );
  } finally {
    await generator.close();
    await web.stop();
  }
}

/** The same load; the onlookers come before each window, and go after it. */
function withOnlookers(
  generator: Generator,
  crowd: Onlookers,
  webPid: number,
  say: (line: string) => void,
): Generator {
  let child: Child | undefined;
  return {
    pid: generator.pid,
    async refill(seconds) {
      await generator.refill(seconds);
      child = startChild(PROGRAM, []);
      await ask(child, { kind: "open", onlookers: crowd });
    },
    async run(seconds) {
      const pids = [webPid, (child as Child).pid];
      const before = pids.map(cpuSeconds);
      const window = await generator.run(seconds);
      const [webCpu, ownCpu] = pids.map(
        (pid, index) => (cpuSeconds(pid) - (before[index] ?? 0)) / (window.elapsedMs / 1_000),
      ) as [number, number];
      const given = await ask(child as Child, { kind: "tell" });
      await child?.kill();
      if (given.failures > 0) throw new Error(`${given.failures} onlookers were turned away`);
      const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      say(
        `onlookers were given ${mib(given.watchedBytes)} by watch, ${mib(given.eventBytes)} in ${given.events} live events, ${given.answers} answers; ${webCpu.toFixed(2)} cores of web, ${ownCpu.toFixed(2)} of their own`,
      );
      return window;
    },
    close: () => generator.close(),
  };
}

function ask(child: Child, request: OnlookerRequest): Promise<Given> {
  return new Promise((resolve, reject) => {
    child.process.once("message", (given: Given) => resolve(given));
    void child.exited.then(() => reject(new Error(`the onlookers ended:\n${child.output()}`)));
    child.process.send(request);
  });
}
