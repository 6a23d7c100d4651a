import { setImmediate as turn } from "node:timers/promises";
import { type Client, type ClientOptions, getClient } from "slimmer-client";
import { sensorOf } from "../systems.ts";

/** What the program is asked, one after the other; it answers each with a BacklogReply. */
export type BacklogRequest =
  /** Fires into the spool while the server is away, and lets go of it. */
  | { readonly kind: "fill"; readonly client: ClientOptions; readonly count: number }
  /** Sends what an earlier process left, and fires at the same time. */
  | {
      readonly kind: "replay";
      readonly client: ClientOptions;
      readonly count: number;
      readonly livePerSecond: number;
    };

export type Replay = {
  readonly elapsedMs: number;
  /** Stored of the backlog, and of what was fired meanwhile. */
  readonly replayed: number;
  readonly live: number;
  /** Refused or dropped. */
  readonly failed: number;
  /** From `fire` to the acknowledgement. */
  readonly liveP50Ms: number;
  readonly liveP99Ms: number;
};

export type BacklogReply = { replay?: Replay; problem?: string };

const SENSORS = 1_000;
const sensors = Array.from({ length: SENSORS }, (_, number) => sensorOf(number));
const sensorAt = (place: number) => sensors[place % SENSORS] as (typeof sensors)[number];
/** Fired in one turn of the event loop. */
const STRIDE = 200;

async function fill(options: ClientOptions, count: number): Promise<void> {
  const client = await getClient(options);
  const run = client.run(sensors);
  for (let fired = 0; fired < count; ) {
    for (const end = Math.min(count, fired + STRIDE); fired < end; fired++) {
      const { savedTo } = run.fire(sensorAt(fired));
      if (savedTo !== "disk") throw new Error(`activation ${fired} is saved to ${savedTo}`);
    }
    await turn();
  }
  await client.close({ timeoutMs: 0 });
}

async function replay(
  options: ClientOptions,
  count: number,
  livePerSecond: number,
): Promise<Replay> {
  const startedAt = performance.now();
  const client = await getClient(options);
  const done = watch(client, count);
  const run = client.run(sensors);
  const latencies: number[] = [];
  const settling: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    const firedAt = performance.now();
    const firing = run.fire(sensorAt(settling.length));
    done.live.add(firing.activationId);
    settling.push(firing.then(() => latencies.push(performance.now() - firedAt)));
  }, 1_000 / livePerSecond);
  const elapsedMs = (await done.promise) - startedAt;
  clearInterval(timer);
  await Promise.all(settling);
  await client.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  const { replayed, failed } = done;
  const live = latencies.length;
  return { elapsedMs, replayed, live, failed, liveP50Ms: at(0.5), liveP99Ms: at(0.99) };
}

/** Counts what becomes of the backlog; its promise is the time at which all of it was told of. */
function watch(client: Client, count: number) {
  const counts = { replayed: 0, failed: 0, live: new Set<string>() };
  const promise = new Promise<number>((resolve) => {
    const look = () => {
      if (counts.replayed + counts.failed >= count) resolve(performance.now());
    };
    client.on("delivered", ({ deliveries }) => {
      for (const { activationId } of deliveries) {
        if (!counts.live.delete(activationId)) counts.replayed += 1;
      }
      look();
    });
    client.on("refused", () => {
      counts.failed += 1;
      look();
    });
    client.on("dropped", (event) => {
      counts.failed += event.count;
      look();
    });
  });
  return Object.assign(counts, { promise });
}

async function answer(request: BacklogRequest): Promise<BacklogReply> {
  if (request.kind === "fill") {
    await fill(request.client, request.count);
    return {};
  }
  return { replay: await replay(request.client, request.count, request.livePerSecond) };
}

process.on("message", (request: BacklogRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: Error) => process.send?.({ problem: error.stack ?? error.message }),
  );
});
process.once("disconnect", () => process.exit(0));
