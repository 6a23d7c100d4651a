import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ClientOptions } from "slimmer-client";
import { type Edge, findEdge } from "../support/edge.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import { type ClientChild, createClientChild } from "./client-child.ts";
import { type Machine, startMachine } from "./machine.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

/** Everything between a sensor and the disk of the database: clients, a network, Envoy, the server and PostgreSQL. */
export type ClientWorld = {
  readonly machine: Machine;
  readonly clients: readonly ClientChild[];
  readonly network: FaultProxy;
  /** Undefined where this machine has no Envoy; `missing` then says why. */
  readonly envoy: { kill(): Promise<void>; start(): Promise<void> } | undefined;
  /** The disk of the spools; undefined where it can't be filled. */
  readonly disk: SmallDisk | undefined;
  /** What this machine can't do, one sentence each. */
  readonly missing: readonly string[];
  close(): Promise<void>;
};

const START_MS = 30_000;
/** Far less than the small disk holds: nothing but its ballast fills it. */
const SPOOL_BYTES = 8 << 20;

export async function startClientWorld(options: {
  clients: number;
  seed: number;
}): Promise<ClientWorld> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const machine = await startMachine();
    closers.push(machine.close);
    const { folder, grpcAddress } = machine;
    const missing: string[] = [];

    const envoy = await startEnvoy(folder, grpcAddress);
    if (typeof envoy === "string") missing.push(`no Envoy in front of the server: ${envoy}`);
    else closers.push(() => envoy.kill());
    const front = typeof envoy === "string" ? grpcAddress : envoy.target.address;
    const network = await startFaultProxy(Number(front.split(":")[1]));
    closers.push(network.close);

    const spools = join(folder, "spools");
    mkdirSync(spools, { recursive: true });
    const disk = mountSmallDisk(spools);
    if (typeof disk === "string") missing.push(`the disk is never full: ${disk}`);
    else closers.push(disk.remove);

    const tls = typeof envoy === "string" ? false : tlsOf(envoy.target);
    const clients = Array.from({ length: options.clients }, (_, number) =>
      createClientChild({
        options: {
          ...clientOptions(network.address, tls, `torture-client-${number}`, spools),
          // Every other one as it would be behind something that ends streams.
          sending: number % 2 === 0 ? "auto" : "batch",
        },
        folder: join(folder, "journals"),
        seed: options.seed + 1_000 * number,
      }),
    );
    closers.push(() => Promise.all(clients.map((client) => client.kill())));
    return {
      machine,
      clients,
      network,
      envoy: typeof envoy === "string" ? undefined : envoy,
      disk: typeof disk === "string" ? undefined : disk,
      missing,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Shorter times than the defaults: a cycle of faults is, too. */
function clientOptions(
  address: string,
  tls: NonNullable<ClientOptions["tls"]>,
  systemId: string,
  spools: string,
): ClientOptions {
  return {
    address,
    tls,
    systemId,
    spool: { dir: join(spools, systemId), fsync: "record", maxBytes: SPOOL_BYTES },
    connectTimeoutMs: 500,
    callTimeoutMs: 500,
    heartbeatMs: 500,
  };
}

function tlsOf({ tls }: Edge["target"]): NonNullable<ClientOptions["tls"]> {
  return { ca: tls.ca, serverName: tls.name };
}

/** An Envoy that comes back on the same port. */
async function startEnvoy(folder: string, serve: string) {
  const listen = `127.0.0.1:${await freePort()}`;
  const find = await findEdge({ folder, serve, listen });
  if (typeof find === "string") return find;
  let edge = await find();
  return {
    target: edge.target,
    kill: () => edge.kill(),
    async start() {
      const deadline = performance.now() + START_MS;
      for (;;) {
        try {
          edge = await find();
          return;
        } catch (error) {
          // A port that was free a moment ago may have become somebody's end of a connection.
          if (performance.now() > deadline) throw error;
        }
        await pause(100);
      }
    },
  };
}
