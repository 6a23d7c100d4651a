import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Reason, SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { startDatabaseWatch } from "../../src/processes/database-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const AWAY = ["the database can't be reached"];
const SECOND = 1_000;

/** A lane in which each look meets the next of these. */
function laneOf(...found: (Reason | "an answer")[]) {
  return {
    async run<T>(): Promise<T> {
      const next = found.shift() ?? "an answer";
      if (next !== "an answer") throw new SlimmerError(next, "no");
      return undefined as T;
    },
  };
}

test("a full lane says nothing of the database: what was found before holds", async () => {
  const lane = laneOf("an answer", "STORE_BUSY", "STORE_AWAY", "STORE_BUSY", "an answer");
  const watch = startDatabaseWatch({ lane });
  await watch.firstLook;
  const found = [watch.problems];
  while (found.length < 5) {
    await vi.advanceTimersByTimeAsync(SECOND);
    found.push(watch.problems);
  }
  expect(found).toEqual([[], [], AWAY, AWAY, []]);
  await watch.stop();
});

test("before the first answer it is not ready, and the first look may find that the database is away", async () => {
  const watch = startDatabaseWatch({ lane: laneOf("STORE_BUSY", "STORE_AWAY") });
  expect(watch.problems).toEqual(["the database has not answered yet"]);
  await watch.firstLook;
  expect(watch.problems).toEqual(["the database has not answered yet"]);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(watch.problems).toEqual(AWAY);
  await watch.stop();
});

test("told to stop it looks no more, and is over with the look under way", async () => {
  const gate = deferred<never>();
  let looks = 0;
  const watch = startDatabaseWatch({ lane: { run: () => gate.promise }, onLook: () => looks++ });
  const steps: string[] = [];
  const stopped = watch.stop().then(() => steps.push("stopped"));
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  steps.push("the database answers");
  gate.reject(new SlimmerError("STORE_AWAY", "no"));
  await stopped;
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(steps).toEqual(["the database answers", "stopped"]);
  expect(looks).toBe(1);
});
