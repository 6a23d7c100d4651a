import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFaultProxy } from "../../../bench/support/fault-proxy.ts";
import type { ClientOptions } from "../../../src/client/index.ts";
import type { Accepted, ClientHost } from "./client-host.ts";
import type { Shape, Step } from "./fault-steps.ts";
import { startIngestStandIn } from "./ingest-stand-in.ts";

const SYSTEM = "greenhouse";
/** Longest that everything may take once the faults have stopped. */
const SETTLE_MS = 15_000;

/** How a sequence went: what `fire` accepted, and what the server has of it. */
export type Outcome = {
  readonly isFlushed: boolean;
  /** Whether the server knows that the last run has ended. */
  readonly isEnded: boolean;
  /** Calls of `fire`, whose activations are not stored. */
  readonly lost: readonly Accepted[];
  /** How many the clients said that they had dropped. */
  readonly told: number;
  /** Stored, but neither accepted nor the one that a killed process had no time to note. */
  readonly foreign: readonly string[];
  readonly changed: readonly string[];
  /** Runs whose stored numbers are not 1, 2, 3 … */
  readonly holes: readonly string[];
  readonly problems: readonly string[];
};

/** A client that has been left. */
type Gone = {
  readonly accepted: readonly Accepted[];
  readonly told: number;
  readonly wasKilled: boolean;
};

/** Lets the steps happen to clients with one spool, one after the other; then lets everything be well, and looks. */
export async function live(
  shape: Shape,
  steps: readonly Step[],
  open: (options: ClientOptions, journal: string) => Promise<ClientHost>,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "client-faults-"));
  const server = await startIngestStandIn();
  const network = await startFaultProxy(server.port);
  const gone: Gone[] = [];
  let host: ClientHost;
  let closeLast = async () => {};
  let opened = 0;

  async function openNext(): Promise<ClientHost> {
    opened += 1;
    const next = await open(
      optionsOf(network.address, folder, shape),
      join(folder, `journal-${opened}`),
    );
    closeLast = next.close;
    return next;
  }

  async function leave(end: "close" | "kill"): Promise<void> {
    await host[end]();
    gone.push({ accepted: host.accepted(), told: host.dropped(), wasKilled: end === "kill" });
  }

  async function take(step: Step): Promise<unknown> {
    switch (step.does) {
      case "fire":
        return host.fire(step.count);
      case "flush":
        return host.flush(step.forMs);
      case "cut":
      case "reset":
        return network[step.does]();
      case "cut after":
        return network.cutAfter(step.bytes, step.direction);
      case "stall":
        // It flows again by itself, while the next steps go on.
        return void network.stall(step.direction, step.forMs);
      case "delay":
        return network.delay(step.ms);
      case "nobody listens":
        network.refuse();
        network.cut();
        await host.flush(step.forMs);
        return network.accept();
      case "server refuses":
        return server.trouble(step.calls);
      case "forget runs":
        return server.forgetRuns();
      case "restart server":
        await server.restart();
        return network.retarget(server.port);
      case "reopen":
      case "kill":
        await leave(step.does === "kill" ? "kill" : "close");
        host = await openNext();
        return;
    }
  }

  try {
    host = await openNext();
    for (const step of steps) await take(step);
    server.trouble([]);
    await network.heal();
    const isFlushed = await host.flush(SETTLE_MS);
    const runId = await host.end();
    const isEnded = server.runs.get(runId)?.ended ?? false;
    await leave("close");
    return { isFlushed, isEnded, ...compare(gone, server) };
  } finally {
    await closeLast().catch(() => {});
    await network.close();
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function optionsOf(
  address: string,
  folder: string,
  { spoolBytes, ...shape }: Shape,
): ClientOptions {
  return {
    ...shape,
    address,
    systemId: SYSTEM,
    spool: { dir: join(folder, "spool"), fsync: "never", maxBytes: spoolBytes },
    offlineStart: true,
    connectTimeoutMs: 100,
    callTimeoutMs: 300,
    heartbeatMs: 100,
    channelOptions: {
      "grpc.initial_reconnect_backoff_ms": 20,
      "grpc.min_reconnect_backoff_ms": 20,
      "grpc.max_reconnect_backoff_ms": 100,
    },
  };
}

function compare(
  gone: readonly Gone[],
  { stored, problems }: Awaited<ReturnType<typeof startIngestStandIn>>,
): Omit<Outcome, "isFlushed" | "isEnded"> {
  const accepted = gone.flatMap((host) => host.accepted);
  const byId = new Map(accepted.map((one) => [one.id, one]));
  const changed = accepted.filter((one) => {
    const row = stored.get(one.id);
    return row && !isSame(one, row);
  });
  const unknown = [...stored].filter(([id]) => !byId.has(id));
  // One for each killed process at most: it may have been struck between `fire` and its journal.
  const spare = gone.filter(({ wasKilled }) => wasKilled).length;
  const seqs = new Map<string, number[]>();
  for (const { runId, seq } of stored.values()) {
    seqs.set(runId, [...(seqs.get(runId) ?? []), seq]);
  }
  const isWhole = (list: number[]) =>
    list.sort((a, b) => a - b).every((seq, place) => seq === place + 1);
  return {
    told: gone.reduce((sum, { told }) => sum + told, 0),
    lost: accepted.filter(({ id }) => !stored.has(id)),
    foreign: unknown.length > spare ? unknown.map(([id]) => id) : [],
    changed: changed.map(({ id }) => id),
    holes: [...seqs].filter(([, list]) => !isWhole(list)).map(([runId]) => runId),
    problems,
  };
}

function isSame(
  { runId, seq, sensor, firedAtMs }: Accepted,
  row: { systemId: string; runId: string; seq: number; sensor: string; occurredMs: number },
): boolean {
  return (
    row.systemId === SYSTEM &&
    row.runId === runId &&
    row.seq === seq &&
    row.sensor === sensor &&
    Math.abs(row.occurredMs - firedAtMs) <= 1
  );
}
