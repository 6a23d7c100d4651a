import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientOptions, SpoolOptions } from "slimmer-client";
import type { Bed } from "../bed.ts";
import type { FireCost, FireSetup } from "../load/fire-program.ts";
import type { BenchOptions } from "../options.ts";
import type { FireRow } from "../results.ts";
import { median } from "../rounds.ts";
import { startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";

const PER_SECOND = 1_000;
const GOAL = { p50Us: 50, loopMs: 10 };
const PROGRAM = fileURLToPath(new URL("../load/fire-program.js", import.meta.url));

type Spool = "interval" | "never" | "record" | "memory";
type Side = Pick<FireRow, "spool" | "server">;

/** The default, and what it is compared with. */
const SPOOLS: readonly Spool[] = ["interval", "never", "record", "memory"];
const SIDES: readonly Side[] = [
  ...SPOOLS.flatMap((spool): Side[] => [
    { spool, server: "answering" },
    { spool, server: "away" },
  ]),
  { spool: undefined, server: undefined },
];

/** Row 7: what `fire` of the SDK costs the program that calls it, with every kind of spool, and with the server away. */
export async function fireCost(bed: Bed, options: BenchOptions): Promise<FireRow[]> {
  const { rounds, seconds, say } = options;
  // Nobody listens there.
  const away = `127.0.0.1:${await freePort()}`;
  const costs = SIDES.map((): FireCost[] => []);
  let folder = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const [place, side] of SIDES.entries()) {
      folder += 1;
      const client = side.spool && {
        address: side.server === "away" ? away : bed.server.addresses.grpc,
        systemId: `fire-${folder}`,
        offlineStart: true,
        connectTimeoutMs: 1_000,
        ...spoolOptions(side.spool, join(bed.folder, `fire-${folder}`)),
      };
      const cost = await measure({
        client,
        perSecond: PER_SECOND,
        warmUpSeconds: Math.min(1, seconds),
        seconds,
      });
      say(`round ${round}  ${nameOf(side)}  ${cost.p50Us.toFixed(1)} µs`);
      costs[place]?.push(cost);
    }
  }
  await bed.clear();
  return SIDES.map((side, place): FireRow => {
    const of = (key: keyof FireCost) => (costs[place] ?? []).map((cost) => cost[key]);
    return {
      row: 7,
      what: nameOf(side),
      ...side,
      calls: of("calls").reduce((sum, calls) => sum + calls, 0),
      p50Us: median(of("p50Us")),
      p99Us: median(of("p99Us")),
      maxUs: Math.max(...of("maxUs")),
      loopP99Ms: median(of("loopP99Ms")),
      loopMaxMs: Math.max(...of("loopMaxMs")),
      // The others are for comparison: a flush for each call takes what the disk takes.
      goal: side.spool === "interval" ? GOAL : undefined,
    };
  });
}

function nameOf({ spool, server }: Side): string {
  if (!spool) return "the same program without a client";
  return `fire, ${spool === "memory" ? "in memory only" : `fsync ${spool}`}, server ${server}`;
}

function spoolOptions(spool: Spool, dir: string): Pick<ClientOptions, "spool" | "memoryItems"> {
  if (spool === "memory") return { memoryItems: 100_000 };
  return { spool: { dir, fsync: spool satisfies SpoolOptions["fsync"] } };
}

/** A process of its own for each: what one has left behind costs no other. */
async function measure(setup: FireSetup): Promise<FireCost> {
  const child = startChild(PROGRAM, [JSON.stringify(setup)]);
  return new Promise((resolve, reject) => {
    child.process.once("message", (cost: FireCost) => resolve(cost));
    void child.exited.then(() => reject(new Error(`a firing client ended:\n${child.output()}`)));
  });
}
