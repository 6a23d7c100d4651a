import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { type ClientOptions, getClient } from "slimmer-client";
import { sensorOf } from "../systems.ts";

/** What the program is told, as JSON in its first argument. */
export type FireSetup = {
  /** Undefined: does the same without a client, which shows what the machine does to any program. */
  readonly client: ClientOptions | undefined;
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** At the end the client is closed, and may take so long to deliver what waits; undefined: it ends as it is. */
  readonly closeMs?: number;
};

/** What firing cost the program that fired. */
export type FireCost = {
  /** When the warm-up was over: milliseconds since the Unix epoch. */
  readonly measuredFromMs: number;
  readonly warmUpCalls: number;
  readonly calls: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** How late the event loop came to what was due. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
};

const SENSORS = 1_000;
const TICK_MS = 2;

/** Fires at a steady pace, as a program does that has other things to do, and looks at what that costs. */
async function main({ client: options, ...setup }: FireSetup): Promise<FireCost> {
  const sensors = Array.from({ length: SENSORS }, (_, number) => sensorOf(number));
  const client = options && (await getClient(options));
  const run = client ? client.run(sensors) : { fire: () => {} };

  async function fireFor(seconds: number): Promise<number[]> {
    const costs: number[] = [];
    const startedAt = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= seconds * 1_000) return costs;
      const due = Math.floor((elapsedMs * setup.perSecond) / 1_000);
      // What is due comes one by one, each in a turn of its own, as messages of sensors do.
      while (costs.length < due && performance.now() - startedAt < seconds * 1_000) {
        const sensor = sensors[costs.length % SENSORS] as (typeof sensors)[number];
        const before = process.hrtime.bigint();
        run.fire(sensor);
        costs.push(Number(process.hrtime.bigint() - before) / 1_000);
        await turn();
      }
      await pause(TICK_MS);
    }
  }

  const { length: warmUpCalls } = await fireFor(setup.warmUpSeconds);
  const measuredFromMs = Date.now();
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const costs = (await fireFor(setup.seconds)).sort((a, b) => a - b);
  loop.disable();
  if (setup.closeMs !== undefined) await client?.close({ timeoutMs: setup.closeMs });
  const at = (share: number) => costs[Math.floor(share * (costs.length - 1))] ?? 0;
  return {
    measuredFromMs,
    warmUpCalls,
    calls: costs.length,
    p50Us: at(0.5),
    p99Us: at(0.99),
    maxUs: at(1),
    loopP99Ms: loop.percentile(99) / 1e6,
    loopMaxMs: loop.max / 1e6,
  };
}

process.once("disconnect", () => process.exit(0));
process.send?.(await main(JSON.parse(process.argv[2] ?? "")), undefined, undefined, () =>
  process.exit(0),
);
