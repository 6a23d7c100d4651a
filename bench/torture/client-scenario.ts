import { setTimeout as pause } from "node:timers/promises";
import { createRandom } from "../support/random.ts";
import type { Finding } from "./check.ts";
import { type ClientCounts, checkClients } from "./client-check.ts";
import {
  type ClientFault,
  type ClientFaultKind,
  kindsIn,
  planCycles,
  strikeCycle,
} from "./client-faults.ts";
import { type ClientWorld, startClientWorld } from "./client-world.ts";

export type ClientOptions = {
  cycles: number;
  /** Client processes at a time, each with a system and a spool of its own. */
  clients: number;
  seed: number;
  say(line: string): void;
};

export type ClientReport = {
  readonly options: ClientOptions;
  readonly cycles: number;
  readonly faults: ReadonlyMap<ClientFaultKind, number>;
  readonly counts: ClientCounts;
  /** Cycles after which every client was told of a delivery soon; of the others, the next cycle struck the recovery. */
  readonly recovered: number;
  /** How long all that waited took at the end. */
  readonly flushedMs: number;
  /** What this machine can't do. */
  readonly missing: readonly string[];
  readonly findings: readonly Finding[];
  readonly ok: boolean;
};

export const CLIENT_DEFAULTS = { cycles: 100, clients: 2 } as const;

/** How long a cycle waits for deliveries after its faults, before the next one begins all the same. */
export const PATIENCE_MS = 1_500;
const FLUSH_MS = 90_000;
const LOOK_MS = 10;

/**
 * Clients of the SDK fire all the time, while everything between a sensor and the database is killed, cut, stalled, filled
 * and set to a wrong time, cycle after cycle. At the end the faults stop, the clients send what waits, and the database
 * must hold what `fire` accepted: each once, at its own time.
 */
export async function runClients(options: ClientOptions): Promise<ClientReport> {
  const world = await startClientWorld(options);
  try {
    return await runClientsIn(world, options);
  } finally {
    await world.close();
  }
}

async function runClientsIn(world: ClientWorld, options: ClientOptions): Promise<ClientReport> {
  const { machine, clients, missing } = world;
  const random = createRandom(options.seed);
  const plan = planCycles(random, kindsIn(world), options.cycles);
  for (const reason of missing) options.say(reason);
  for (const client of clients) client.start();

  const faults = new Map<ClientFaultKind, number>();
  let cycles = 0;
  let recovered = 0;
  for (const cycle of plan) {
    if (machine.crashes.length > 0) break;
    await strikeCycle(world, cycle, random);
    cycles += 1;
    const waitedMs = await untilDeliveries(world);
    if (waitedMs < PATIENCE_MS) recovered += 1;
    for (const { kind } of cycle) faults.set(kind, (faults.get(kind) ?? 0) + 1);
    options.say(`${cycles}: ${namesOf(cycle)}; deliveries again after ${Math.round(waitedMs)} ms`);
  }

  await world.network.heal();
  const flushing = performance.now();
  const finished = await Promise.all(clients.map((client) => client.finish(FLUSH_MS)));
  const finishedAt = performance.now();
  const accounts = clients.map((client) => ({
    systemId: client.systemId,
    entries: client.journal(),
    killed: client.killed,
  }));
  const { findings, counts } = await checkClients(machine.databaseUrl, accounts, finishedAt);
  const unfinished = finished
    .map((word) => {
      if (!word) return "a client ended without a word";
      const { problem, pending, waiting } = word;
      return problem || pending + waiting > 0
        ? `${problem ?? "flushed"}; ${waiting} wait, ${pending} promises are open`
        : undefined;
    })
    .filter((text) => text !== undefined);
  const crashes = [...machine.crashes, ...clients.flatMap((client) => client.crashes)];
  const all: Finding[] = [
    {
      name: "every cycle took place",
      ok: cycles === options.cycles,
      detail: `${cycles} of ${options.cycles}`,
    },
    {
      name: "everything that waited was sent once the faults had stopped",
      ok: unfinished.length === 0,
      detail: unfinished.join("; ") || `${Math.round(finishedAt - flushing)} ms after them`,
    },
    { name: "no process ended by itself", ok: crashes.length === 0, detail: crashes.join("\n") },
    ...findings,
  ];
  return {
    options,
    cycles,
    faults,
    counts,
    recovered,
    flushedMs: finishedAt - flushing,
    missing,
    findings: all,
    ok: all.every(({ ok }) => ok),
  };
}

/** Waits until each client has been told of a delivery, for a while. */
async function untilDeliveries({ clients }: ClientWorld): Promise<number> {
  const startedAt = performance.now();
  const before = clients.map(({ delivered }) => delivered);
  const waited = () => performance.now() - startedAt;
  while (
    clients.some(({ delivered }, place) => delivered === before[place]) &&
    waited() < PATIENCE_MS
  ) {
    await pause(LOOK_MS);
  }
  return waited();
}

function namesOf(cycle: readonly ClientFault[]): string {
  return cycle.map(({ kind }) => kind).join(", ");
}
