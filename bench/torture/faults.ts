import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { TortureOptions } from "./options.ts";

const KINDS = {
  "PostgreSQL shut down": (machine: Machine) => machine.stopPostgres(),
  "PostgreSQL killed": (machine: Machine) => machine.killPostgres(),
  "server killed": (machine: Machine) => machine.killServer(),
} as const;

export type Fault = {
  readonly kind: keyof typeof KINDS;
  /** It strikes when this share of all copies has been acknowledged, and so always in the middle of the load. */
  readonly after: number;
  readonly downMs: number;
};

/** A fault as it went, in milliseconds since the begin of the load. */
export type FaultRecord = {
  readonly kind: Fault["kind"];
  readonly beganMs: number;
  /** When the process that had been ended took work again. */
  readonly backMs: number;
  /** From then to the first acknowledgement. */
  readonly recoveredMs: number;
};

/** Spread over the load: one in each of as many equal parts of its middle. */
export function planFaults(
  random: Random,
  { postgresRestarts, serverKills }: Pick<TortureOptions, "postgresRestarts" | "serverKills">,
): Fault[] {
  const kinds: Fault["kind"][] = [];
  const first = random.between(0, 1);
  for (let index = first; index < first + postgresRestarts; index++) {
    kinds.push(index % 2 === 0 ? "PostgreSQL shut down" : "PostgreSQL killed");
  }
  for (let index = 0; index < serverKills; index++) kinds.push("server killed");
  const part = 0.8 / Math.max(1, kinds.length);
  return random.shuffle(kinds).map((kind, index) => ({
    kind,
    after: 0.08 + part * (index + random.next()),
    downMs: random.between(0, 1_500),
  }));
}

/** Lets a fault strike at its moment, brings back what it ended, and waits until something is acknowledged again. */
export async function strike(
  fault: Fault,
  { machine, ledger, total }: { machine: Machine; ledger: Ledger; total: number },
): Promise<FaultRecord | undefined> {
  await ledger.whenAcknowledged(Math.ceil(fault.after * total));
  if (ledger.isOver) return undefined;
  const beganMs = ledger.nowMs();
  await KINDS[fault.kind](machine);
  await pause(fault.downMs);
  if (fault.kind === "server killed") await machine.startServer();
  else await machine.startPostgres();
  const backMs = ledger.nowMs();
  const recoveredMs = (await ledger.whenAcknowledged(ledger.acknowledged + 1)) - backMs;
  return { kind: fault.kind, beganMs, backMs, recoveredMs };
}
