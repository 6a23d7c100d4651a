import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientOptions } from "slimmer-client";
import type { Bed } from "../bed.ts";
import type { BacklogReply, BacklogRequest, Replay } from "../load/backlog-program.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import type { Window } from "../load/protocol.ts";
import type { BenchOptions } from "../options.ts";
import { peakRssMiB, rssMiB } from "../proc.ts";
import { type BacklogRow, type RateRow, rateRow } from "../results.ts";
import { measureRounds, median } from "../rounds.ts";
import { type Child, startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";

const IN_FLIGHT = 16;
const GOALS = { ratio: 0.5, liveP99Ms: 1_000, peakMiB: 150 };
/** Enough to make everything warm. */
const WARM_UP = 20_000;
const LIVE_PER_SECOND = 50;
const SPOOL_BYTES = 4 * 2 ** 30;
const PROGRAM = fileURLToPath(new URL("../load/backlog-program.js", import.meta.url));

/** Row 8: a client sends what waited in its spool, against the batches of row 3; and what is fired meanwhile overtakes it. */
export async function replayBacklog(
  bed: Bed,
  options: BenchOptions,
): Promise<{ rate: RateRow; backlog: BacklogRow }> {
  const { backlog: count, batch, connections } = options;
  const address = bed.server.addresses.grpc;
  const replayer = createReplayer(bed, count);
  let batches: Generator | undefined;
  try {
    batches = await startGenerator(
      "batches",
      { address, connections, inFlight: IN_FLIGHT, batch, systems: bed.systems },
      60_000,
    );
    const serverPid = bed.server.pid;
    const samples = await measureRounds(
      bed,
      {
        "replay of the spool": { generator: replayer, serverPid, isCounted: true },
        new_activations: { generator: batches, serverPid, isCounted: true },
      },
      options,
    );
    const what = `replay of ${count.toLocaleString("en")} from the spool of a client`;
    const { replays, idleMiB, peakMiB } = replayer.seen;
    return {
      rate: rateRow(
        8,
        what,
        GOALS.ratio,
        ["slimmer-client", samples["replay of the spool"]],
        [`new_activations, batches of ${batch}`, samples.new_activations],
      ),
      backlog: {
        row: 8,
        what: "what is fired during the replay",
        live: replays.reduce((sum, { live }) => sum + live, 0),
        liveP50Ms: median(replays.map(({ liveP50Ms }) => liveP50Ms)),
        liveP99Ms: median(replays.map(({ liveP99Ms }) => liveP99Ms)),
        goalP99Ms: GOALS.liveP99Ms,
        idleMiB: median(idleMiB),
        peakMiB: Math.max(...peakMiB),
        goalMiB: GOALS.peakMiB,
      },
    };
  } finally {
    await batches?.close();
    await replayer.close();
  }
}

type Replayer = Generator & {
  /** Of each round, the one to warm up left out. */
  readonly seen: { replays: Replay[]; idleMiB: number[]; peakMiB: number[] };
};

/** Each window is a spool that one process has filled while the server was away, and another one empties. */
function createReplayer(bed: Bed, count: number): Replayer {
  const seen: Replayer["seen"] = { replays: [], idleMiB: [], peakMiB: [] };
  let child: Child | undefined;
  let windows = 0;
  let backlog = 0;
  const folder = () => join(bed.folder, `backlog-${windows}`);
  const client = (address: string): ClientOptions => ({
    address,
    systemId: "backlog",
    offlineStart: true,
    connectTimeoutMs: 1_000,
    spool: { dir: folder(), maxBytes: SPOOL_BYTES },
  });

  async function startAnew(): Promise<void> {
    await child?.kill();
    child = startChild(PROGRAM, []);
  }

  async function ask(request: BacklogRequest): Promise<Replay | undefined> {
    const asked = child as Child;
    const { replay, problem } = await new Promise<BacklogReply>((resolve, reject) => {
      asked.process.once("message", resolve);
      void asked.exited.then(() => reject(new Error(`the client ended:\n${asked.output()}`)));
      asked.process.send(request);
    });
    if (problem) throw new Error(`the client failed: ${problem}`);
    return replay;
  }

  return {
    get pid() {
      return child?.pid ?? 0;
    },
    seen,
    async refill() {
      windows += 1;
      backlog = windows === 1 ? Math.min(WARM_UP, count) : count;
      await startAnew();
      const away = client(`127.0.0.1:${await freePort()}`);
      await ask({ kind: "fill", client: { ...away, connectTimeoutMs: 1 }, count: backlog });
      await startAnew();
    },
    async run(): Promise<Window> {
      const replay = (await ask({
        kind: "replay",
        client: client(bed.server.addresses.grpc),
        count: backlog,
        livePerSecond: LIVE_PER_SECOND,
      })) as Replay;
      const { elapsedMs, replayed, live, failed, liveP50Ms, liveP99Ms } = replay;
      if (windows > 1) {
        seen.replays.push(replay);
        seen.idleMiB.push(rssMiB(this.pid));
        seen.peakMiB.push(peakRssMiB(this.pid));
      }
      rmSync(folder(), { recursive: true, force: true });
      const latency = { p50Ms: liveP50Ms, p99Ms: liveP99Ms };
      return { done: replayed + live, refused: failed, elapsedMs, latency };
    },
    async close() {
      await child?.kill();
    },
  };
}
