import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { ClientChild } from "./client-child.ts";
import type { ClientWorld } from "./client-world.ts";

const DAY_MS = 86_400_000;

/** Strikes, and gives back what mends it; nothing where it mends itself. */
type Strike = (world: ClientWorld, random: Random) => Promise<(() => unknown) | undefined>;

type Kind = {
  /** Of two faults of one subject, only one strikes at a time. */
  readonly subject: "client" | "server" | "PostgreSQL" | "Envoy" | "network" | "disk" | "clock";
  readonly strike: Strike;
};

const KINDS = {
  "client killed": {
    subject: "client",
    async strike({ clients }, random) {
      const client: ClientChild = random.pick(clients);
      await client.kill();
      return () => client.start();
    },
  },
  "server killed": {
    subject: "server",
    async strike({ machine }) {
      await machine.killServer();
      return () => machine.startServer();
    },
  },
  "server stopped": {
    subject: "server",
    async strike({ machine }) {
      await machine.stopServer();
      return () => machine.startServer();
    },
  },
  "PostgreSQL shut down": {
    subject: "PostgreSQL",
    async strike({ machine }) {
      await machine.stopPostgres();
      return () => machine.startPostgres();
    },
  },
  "PostgreSQL killed": {
    subject: "PostgreSQL",
    async strike({ machine }) {
      await machine.killPostgres();
      return () => machine.startPostgres();
    },
  },
  "Envoy killed": {
    subject: "Envoy",
    async strike({ envoy }) {
      await envoy?.kill();
      return () => envoy?.start();
    },
  },
  "connections cut": {
    subject: "network",
    async strike({ network }) {
      network.cut();
      return undefined;
    },
  },
  "connections reset": {
    subject: "network",
    async strike({ network }) {
      network.reset();
      return undefined;
    },
  },
  "cut in the middle of a message": {
    subject: "network",
    async strike({ network }, random) {
      network.cutAfter(random.between(1, 3_000), random.pick(["up", "down"]));
      return undefined;
    },
  },
  "network stalled": {
    subject: "network",
    async strike({ network }, random) {
      await network.stall(random.pick(["up", "down", "both"]));
      return network.flow;
    },
  },
  "network slow": {
    subject: "network",
    async strike({ network }, random) {
      network.delay(random.between(20, 400));
      network.throttle(random.between(2_000, 50_000));
      return network.heal;
    },
  },
  "nobody listens": {
    subject: "network",
    async strike({ network }) {
      network.refuse();
      network.cut();
      return network.accept;
    },
  },
  "disk full": {
    subject: "disk",
    async strike({ disk }) {
      disk?.fill();
      return disk?.free;
    },
  },
  "clock stepped": {
    subject: "clock",
    // It stays as it is: the next step comes from there.
    async strike({ clients }, random) {
      const offsetMs = random.pick([-DAY_MS, 0, DAY_MS]);
      for (const client of clients) client.stepClock(offsetMs);
      return undefined;
    },
  },
} as const satisfies Record<string, Kind>;

export type ClientFaultKind = keyof typeof KINDS;

/** One fault of a cycle, in milliseconds since the cycle's begin. */
export type ClientFault = {
  readonly kind: ClientFaultKind;
  readonly afterMs: number;
  readonly forMs: number;
};

/** The kinds that can strike in `world`. */
export function kindsIn({ envoy, disk }: ClientWorld): ClientFaultKind[] {
  return (Object.keys(KINDS) as ClientFaultKind[]).filter((kind) => {
    const { subject }: Kind = KINDS[kind];
    return (subject !== "Envoy" || envoy) && (subject !== "disk" || disk);
  });
}

/** One fault of the network and some others in each cycle, dealt like cards: every kind gets its turns. */
export function planCycles(
  random: Random,
  kinds: readonly ClientFaultKind[],
  cycles: number,
): ClientFault[][] {
  const isOfNetwork = (kind: ClientFaultKind) => KINDS[kind].subject === "network";
  const network = createDeck(random, kinds.filter(isOfNetwork));
  const others = kinds.filter((kind) => !isOfNetwork(kind));
  // Clients die more often than the rest, and so also while something else is wrong.
  const rest = createDeck(random, [...others, "client killed", "client killed"]);
  // With few cycles more in each, so that no kind is left out.
  const atLeast = Math.ceil((others.length + 2) / Math.max(1, cycles));
  return Array.from({ length: cycles }, () => {
    const chosen = network.deal(1).concat(rest.deal(random.between(atLeast, atLeast + 1)));
    return chosen.map((kind) => ({
      kind,
      afterMs: random.between(0, 500),
      forMs: random.between(50, 1_000),
    }));
  });
}

/** Deals all its cards before any comes again; never two of one subject at a time. */
function createDeck(random: Random, pack: readonly ClientFaultKind[]) {
  const cards: ClientFaultKind[] = [];
  return {
    deal(count: number): ClientFaultKind[] {
      const dealt: ClientFaultKind[] = [];
      while (dealt.length < count) {
        if (cards.length === 0) cards.push(...random.shuffle([...pack]));
        const place = cards.findIndex((card) =>
          dealt.every((other) => KINDS[other].subject !== KINDS[card].subject),
        );
        if (place < 0) break;
        dealt.push(...cards.splice(place, 1));
      }
      return dealt;
    },
  };
}

/** Lets the faults of one cycle strike, each at its moment, and waits until all are mended. */
export async function strikeCycle(
  world: ClientWorld,
  faults: readonly ClientFault[],
  random: Random,
): Promise<void> {
  await Promise.all(
    faults.map(async ({ kind, afterMs, forMs }) => {
      await pause(afterMs);
      const { strike }: Kind = KINDS[kind];
      const mend = await strike(world, random);
      await pause(forMs);
      await mend?.();
    }),
  );
}
