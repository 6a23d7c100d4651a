import fc from "fast-check";
import type { ClientOptions } from "../../../src/client/index.ts";
import type { Trouble } from "./ingest-stand-in.ts";

/** One thing that happens to a client, its network or its server. */
export type Step =
  | { readonly does: "fire"; readonly count: number }
  /** Time for what is under way, for so long at most. */
  | { readonly does: "flush"; readonly forMs: number }
  | { readonly does: "cut" | "reset" | "restart server" | "forget runs" | "reopen" | "kill" }
  | { readonly does: "cut after"; readonly bytes: number; readonly direction: "up" | "down" }
  | { readonly does: "stall"; readonly direction: "up" | "down" | "both"; readonly forMs: number }
  | { readonly does: "delay"; readonly ms: number }
  | { readonly does: "nobody listens"; readonly forMs: number }
  | { readonly does: "server refuses"; readonly calls: readonly Trouble[] };

/** What makes one client different from the next: small memories and batches meet more of the paths between disk and network. */
export type Shape = Required<
  Pick<ClientOptions, "sending" | "memoryItems" | "maxBatch" | "maxInFlight" | "overflow">
> & { readonly spoolBytes: number };

/** Has room for everything that a sequence may fire. */
export const shapes: fc.Arbitrary<Shape> = fc.record({
  sending: fc.constantFrom("auto", "stream", "batch", "single"),
  memoryItems: fc.constantFrom(1, 10, 100, 10_000),
  maxBatch: fc.constantFrom(1, 7, 500),
  maxInFlight: fc.constantFrom(2, 4, 16),
  overflow: fc.constant("drop_oldest"),
  spoolBytes: fc.constant(64 << 20),
});

/** Has not. */
export const smallShapes: fc.Arbitrary<Shape> = fc.record({
  sending: fc.constantFrom("auto", "stream", "batch"),
  memoryItems: fc.constantFrom(10, 100, 1_000),
  maxBatch: fc.constantFrom(50, 500),
  maxInFlight: fc.constantFrom(2, 4),
  overflow: fc.constantFrom("drop_oldest", "drop_newest", "block"),
  spoolBytes: fc.constant(256 << 10),
});

const trouble: fc.Arbitrary<Trouble> = fc
  .record({
    code: fc.constantFrom(
      ...(["UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED"] as const),
      // With a RetryInfo, as it has to have to be repeated.
      "RESOURCE_EXHAUSTED" as const,
    ),
    when: fc.constantFrom("before" as const, "after" as const, "items" as const),
    retryAfterMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  })
  .map((made) =>
    made.code === "RESOURCE_EXHAUSTED" ? { ...made, retryAfterMs: made.retryAfterMs ?? 5 } : made,
  );

const direction = fc.constantFrom("up" as const, "down" as const, "both" as const);

const fire = (count: fc.Arbitrary<number>) =>
  fc.record({ does: fc.constant("fire" as const), count });
const few = fc.integer({ min: 1, max: 8 });
const some = fire(
  fc.oneof(
    { weight: 4, arbitrary: few },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 900 }) },
  ),
);
const many = fire(fc.oneof(few, fc.integer({ min: 500, max: 3_000 })));
const flush = fc.record({
  does: fc.constant("flush" as const),
  forMs: fc.integer({ min: 1, max: 60 }),
});
const plain = <Name extends "cut" | "reset" | "restart server" | "forget runs" | "reopen" | "kill">(
  does: Name,
) => fc.constant({ does } as const);

const faults = [
  plain("cut"),
  plain("reset"),
  plain("restart server"),
  plain("forget runs"),
  plain("reopen"),
  fc.record({
    does: fc.constant("cut after" as const),
    bytes: fc.integer({ min: 1, max: 20_000 }),
    direction: fc.constantFrom("up" as const, "down" as const),
  }),
  fc.record({
    does: fc.constant("stall" as const),
    direction,
    forMs: fc.integer({ min: 1, max: 250 }),
  }),
  fc.record({ does: fc.constant("delay" as const), ms: fc.integer({ min: 0, max: 30 }) }),
  fc.record({
    does: fc.constant("nobody listens" as const),
    forMs: fc.integer({ min: 1, max: 150 }),
  }),
  fc.record({
    does: fc.constant("server refuses" as const),
    calls: fc.array(trouble, { minLength: 1, maxLength: 4 }),
  }),
];

/** Firing and time for it between faults of every kind. */
export const steps: fc.Arbitrary<Step[]> = sequence(some, faults);

/** More than a small spool holds. */
export const floods: fc.Arbitrary<Step[]> = sequence(many, faults);

/** The same with clients that are killed. */
export const stepsWithKills: fc.Arbitrary<Step[]> = sequence(some, [
  ...faults,
  plain("kill"),
  plain("kill"),
  plain("kill"),
]);

function sequence(
  fire: fc.Arbitrary<Step>,
  kinds: readonly fc.Arbitrary<Step>[],
): fc.Arbitrary<Step[]> {
  return fc
    .array(fc.tuple(fire, fc.oneof(...kinds), fc.option(flush)), { minLength: 3, maxLength: 10 })
    .map((rounds) => rounds.flat().filter((step) => step !== null));
}
