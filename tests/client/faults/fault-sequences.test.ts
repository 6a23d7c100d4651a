import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClientHost, openElsewhere, openHere } from "./client-host.ts";
import {
  floods,
  type Shape,
  type Step,
  shapes,
  smallShapes,
  steps,
  stepsWithKills,
} from "./fault-steps.ts";
import { live, type Outcome } from "./fault-world.ts";

// What fire() accepted is stored, once and as it was, whatever happens on the way. A failure prints its seed and the
// shortest sequence that was found to fail; `fc.assert(…, { seed, path })` repeats it.

/**
 * After this no further sequence begins, neither to find one that fails nor a shorter one. The first always runs, and
 * to its end, however slow the machine is.
 */
const SEARCH_MS = 4_000;
const MAX_RUNS = 25;
const TIMEOUT = { timeout: 90_000 };

const WELL = {
  ...{ isFlushed: true, isEnded: true },
  ...{ lost: [], told: 0, foreign: [], changed: [], holes: [], problems: [] },
};

async function holdsFor(
  shapes: fc.Arbitrary<Shape>,
  sequences: fc.Arbitrary<Step[]>,
  open: (...args: Parameters<typeof openElsewhere>) => Promise<ClientHost>,
  check: (outcome: Outcome, shape: Shape) => void,
): Promise<void> {
  const searchUntilMs = performance.now() + SEARCH_MS;
  let begun = 0;
  const holds = fc.asyncProperty(shapes, sequences, async (shape, sequence) => {
    if (begun > 0 && performance.now() > searchUntilMs) return;
    begun += 1;
    check(await live(shape, sequence, open), shape);
  });
  await fc.assert(holds, { numRuns: MAX_RUNS });
}

test("stores once what was accepted, whatever network and server do", TIMEOUT, () =>
  holdsFor(shapes, steps, openHere, (outcome) => expect(outcome).toEqual(WELL)),
);

test("stores once what was accepted, although clients are killed", TIMEOUT, () =>
  holdsFor(shapes, stepsWithKills, openElsewhere, (outcome) => expect(outcome).toEqual(WELL)),
);

test("tells of all that it drops when more is fired than there is room for", TIMEOUT, () =>
  holdsFor(smallShapes, floods, openHere, ({ lost, told, holes, ...rest }, { overflow }) => {
    const { lost: _lost, told: _told, holes: _holes, ...well } = WELL;
    expect(rest).toEqual(well);
    // It may also drop what the server has, when the answer did not come.
    expect(lost.length).toBeLessThanOrEqual(told);
    if (told === 0) expect(holes).toEqual([]);
    // Whoever was told that it is safe is not made room of.
    if (overflow === "drop_newest")
      expect(lost.filter(({ savedTo }) => savedTo === "disk")).toEqual([]);
  }),
);
