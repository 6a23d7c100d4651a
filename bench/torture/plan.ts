import type { Activation, SystemEntity, SystemRun } from "slimmer-grpc";
import { createRandom, type Random } from "../support/random.ts";
import { type Fault, planFaults } from "./faults.ts";
import type { TortureOptions } from "./options.ts";

export const PATHS = ["new_activation", "new_activations", "stream_activations"] as const;
export type Path = (typeof PATHS)[number];

/** A system with its one run, as it is registered. */
export type PlannedSystem = {
  readonly run: SystemRun & { system_id: string; run_id: string };
  /** Not registered before the load: its first activation is refused with RUN_UNKNOWN. */
  readonly isLate: boolean;
  readonly sensors: readonly SystemEntity[];
  /** Sensors that fire although the run does not list them. */
  readonly strangers: readonly SystemEntity[];
};

/** One firing, and what must be found in the database. */
export type Item = {
  readonly activation: Activation & { system_id: string; run_id: string; activation_id: string };
  readonly entity: SystemEntity;
  readonly occurredAtMs: number;
  readonly isUnregistered: boolean;
  readonly isSuspect: boolean;
};

/** One sending of one item. */
export type Copy = {
  readonly item: Item;
  readonly path: Path;
  /** When it is sent, as a share of the load: 0 is its begin, 1 its end. */
  readonly moment: number;
};

export type Plan = {
  readonly systems: readonly PlannedSystem[];
  readonly items: readonly Item[];
  /** In the order of their moments. */
  readonly copies: readonly Copy[];
  readonly faults: readonly Fault[];
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Times that no partition holds. */
const YEAR_1970_MS = 86_400_000;
const YEAR_2090_MS = Date.UTC(2090, 0, 1);

/** Everything that chance decides, decided before the first call. Only the times depend on `nowMs`. */
export function makePlan(options: TortureOptions, nowMs: number): Plan {
  const random = createRandom(options.seed);
  const systems = Array.from({ length: options.systems }, (_, index) =>
    planSystem(random, index, nowMs),
  );
  const seqs = new Map<PlannedSystem, number>();
  const items = Array.from({ length: options.count }, () => {
    const system = random.pick(systems);
    const seq = (seqs.get(system) ?? 0) + 1;
    seqs.set(system, seq);
    return planItem(random, system, seq, nowMs);
  });
  const copies = items.flatMap((item) =>
    Array.from({ length: random.between(1, 3) }, () => ({
      item,
      path: random.pick(PATHS),
      moment: random.next(),
    })),
  );
  copies.sort((a, b) => a.moment - b.moment);
  return { systems, items, copies, faults: planFaults(random, options) };
}

function planSystem(random: Random, index: number, nowMs: number): PlannedSystem {
  const entity = (kind: string, number: number): SystemEntity => ({
    category: kind,
    name: `${kind} ${number}`,
    identity: `${index}-${kind}-${number}`,
  });
  const sensors = Array.from({ length: random.between(5, 60) }, (_, number) =>
    entity(random.pick(["door", "motion", "smoke"]), number),
  );
  return {
    run: {
      system_id: `torture-${index}`,
      run_id: random.uuidV7(nowMs - MINUTE_MS),
      entities: sensors,
    },
    isLate: index % 4 === 3,
    sensors,
    strangers: [entity("stranger", 1), entity("stranger", 2), entity("stranger", 3)],
  };
}

function planItem(random: Random, system: PlannedSystem, seq: number, nowMs: number): Item {
  const isUnregistered = random.chance(0.02);
  const entity = random.pick(isUnregistered ? system.strangers : system.sensors);
  const idMs = planTime(random, nowMs);
  const claimedMs = random.chance(0.15) ? planClaim(random, idMs, nowMs) : undefined;
  const occurredAtMs = claimedMs ?? idMs;
  const activation = {
    system_id: system.run.system_id,
    run_id: system.run.run_id,
    entity,
    activation_id: random.uuidV7(idMs),
    seq,
    ...(claimedMs === undefined
      ? {}
      : {
          occurred_at: {
            seconds: Math.floor(claimedMs / 1_000),
            nanos: (claimedMs % 1_000) * 1_000_000,
          },
        }),
    ...(random.chance(0.1)
      ? { attributes: { zone: `"${random.between(1, 9)}" {a,b}\\`, who: "Zoë" } }
      : {}),
  };
  return {
    activation,
    entity,
    occurredAtMs,
    isUnregistered,
    isSuspect: isOutside(idMs, nowMs) || isOutside(occurredAtMs, nowMs),
  };
}

/** Mostly now; often some days late, from a spool; seldom from a clock that is quite wrong. */
function planTime(random: Random, nowMs: number): number {
  const dice = random.next();
  if (dice < 0.005) return YEAR_1970_MS + random.between(0, DAY_MS);
  if (dice < 0.01) return YEAR_2090_MS + random.between(0, DAY_MS);
  if (dice < 0.2) return nowMs - random.between(0, 5 * DAY_MS);
  return nowMs - random.between(0, 10 * MINUTE_MS);
}

/** What the client says beside the id: about the same, or nonsense. */
function planClaim(random: Random, idMs: number, nowMs: number): number {
  const dice = random.next();
  if (dice < 0.03) return nowMs + 3 * DAY_MS;
  if (dice < 0.06) return nowMs - 400 * DAY_MS;
  return idMs + random.between(-90_000, 90_000);
}

/** Too far from the server's clock, with a wide berth around its own bounds (ahead by minutes, back by the retention). */
function isOutside(ms: number, nowMs: number): boolean {
  return ms > nowMs + DAY_MS || ms < nowMs - 300 * DAY_MS;
}
