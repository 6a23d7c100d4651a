import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import {
  credentials,
  MainClient,
  type MainClientInstance,
  MainService,
  status,
} from "slimmer-grpc";
import { v7 } from "uuid";
import type { Bed } from "../bed.ts";
import { batchMessages, singleMessages } from "../load/messages.ts";
import type { BenchOptions } from "../options.ts";
import { peakRssMiB, resetPeak, rssMiB } from "../proc.ts";
import type { MemoryRow } from "../results.ts";
import { type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";
import { sensorOf } from "../systems.ts";

const GOAL_MIB = 300;
const CONNECTIONS = 8;
/** More than the queue takes: 5,000 calls, 20,000 rows. */
const CALLS = 6_000;
const BATCHES = 60;
const STREAMS = 8;
const BATCHES_PER_STREAM = 20;
const REFUSALS_MS = 20_000;
const RECOVERY_MS = 30_000;

/**
 * Row 5: PostgreSQL stalls, and calls, batches and streams come until the queue is full and refuses. A server of its own,
 * so that nothing it did before counts.
 */
export async function fullQueue(bed: Bed, options: BenchOptions): Promise<MemoryRow> {
  const server = await startSlimmer("serve", bed.env);
  const clients = openClients(server.addresses.grpc);
  const stall = await lockFolds(bed.postgres.url);
  try {
    await pause(500);
    const idleMiB = rssMiB(server.pid);
    resetPeak(server.pid);
    const flood = startFlood(clients, bed, options);
    await waitFor(
      REFUSALS_MS,
      "no call is refused, though the queue must be full",
      async () => flood.refused() > 0 && flood.sentEverything(),
    );
    const waitingRows = await readGauge(server, "slimmer_ingest_waiting_rows");
    await pause(options.holdSeconds * 1_000);
    const refusedCalls = flood.refused();
    const peakMiB = peakRssMiB(server.pid);
    options.say(`full queue  ${Math.round(peakMiB)} MiB, ${refusedCalls} calls refused`);

    await stall.release();
    const releasedAt = performance.now();
    await waitFor(RECOVERY_MS, "the server does not recover", () =>
      isStored(clients[0] as MainClientInstance, bed),
    );
    const recoveredMs = performance.now() - releasedAt;
    await flood.finished;
    return {
      row: 5,
      what: "memory of serve with its queue full",
      idleMiB,
      peakMiB,
      goalMiB: GOAL_MIB,
      waitingRows,
      refusedCalls,
      recoveredMs,
    };
  } finally {
    await stall.release();
    for (const client of clients) client.close();
    await server.stop();
    await bed.clear();
  }
}

function openClients(address: string): MainClientInstance[] {
  return Array.from(
    { length: CONNECTIONS },
    () =>
      new MainClient(address, credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
      }),
  );
}

/** Requests are bytes already, and answers stay bytes. */
const asIs = (bytes: Buffer): Buffer => bytes;

/** What stores an activation also writes a fold record, and so waits for this lock. */
async function lockFolds(url: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  await client.query("begin");
  await client.query("lock table fold_records in access exclusive mode");
  let isReleased = false;
  return {
    async release() {
      if (isReleased) return;
      isReleased = true;
      await client.query("rollback");
      await client.end();
    },
  };
}

/** Sends everything at once; nobody waits for an answer before the next request. */
function startFlood(
  clients: readonly MainClientInstance[],
  { systems }: Bed,
  { batch }: BenchOptions,
) {
  let refused = 0;
  let begun = 0;
  const deadline = { deadline: Date.now() + 60_000 };
  const client = (number: number) => clients[number % clients.length] as MainClientInstance;
  const singles = singleMessages(systems).refill(CALLS);
  const batches = batchMessages(systems, batch).refill(BATCHES + STREAMS * BATCHES_PER_STREAM);

  const unary = (path: string, message: Buffer, number: number) =>
    new Promise<void>((resolve) => {
      client(number).makeUnaryRequest(path, asIs, asIs, message, deadline, (error) => {
        if (error?.code === status.RESOURCE_EXHAUSTED) refused += 1;
        resolve();
      });
      begun += 1;
    });
  const stream = (number: number) =>
    new Promise<void>((resolve) => {
      const call = client(number).makeBidiStreamRequest(
        MainService.stream_activations.path,
        asIs,
        asIs,
        deadline,
      );
      call.on("data", () => {});
      call.on("error", () => {});
      call.on("status", () => resolve());
      const first = BATCHES + number * BATCHES_PER_STREAM;
      for (const message of batches.slice(first, first + BATCHES_PER_STREAM)) call.write(message);
      call.end();
      begun += 1;
    });

  const all = [
    ...Array.from({ length: STREAMS }, (_, number) => stream(number)),
    ...singles.map((message, number) => unary(MainService.new_activation.path, message, number)),
    ...batches
      .slice(0, BATCHES)
      .map((message, number) => unary(MainService.new_activations.path, message, number)),
  ];
  return {
    finished: Promise.all(all),
    refused: () => refused,
    sentEverything: () => begun === all.length,
  };
}

function isStored(client: MainClientInstance, { systems }: Bed): Promise<boolean> {
  const [system] = systems;
  return new Promise((resolve) => {
    client.new_activation(
      {
        system_id: system?.systemId ?? "",
        run_id: system?.runId ?? "",
        entity: sensorOf(0),
        activation_id: v7(),
      },
      { deadline: Date.now() + 5_000 },
      (error) => resolve(!error),
    );
  });
}

async function readGauge({ addresses }: SlimmerProcess, name: string): Promise<number> {
  const page = await (await fetch(`http://${addresses.ops}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(page)?.[1] ?? 0);
}

async function waitFor(
  ms: number,
  otherwise: string,
  isTrue: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(otherwise);
    await pause(50);
  }
}
