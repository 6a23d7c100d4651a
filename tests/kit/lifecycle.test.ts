import { afterEach, expect, test, vi } from "vitest";
import { createLifecycle } from "../../src/kit/lifecycle.ts";

afterEach(() => {
  vi.useRealTimers();
});

function start(stepMs = 1_000) {
  const lines: string[] = [];
  const write = (facts: object, message: string) => {
    lines.push(`${message}: ${(facts as { step: string }).step}`);
  };
  return { life: createLifecycle({ log: { info: write, error: write }, stepMs }), lines };
}

test("closes in the reverse order of opening, one after the other", async () => {
  const { life, lines } = start();
  const events: string[] = [];
  for (const name of ["store", "queue", "server"]) {
    const owned = life.own(name, { name }, async (thing) => {
      events.push(`closing ${thing.name}`);
      await Promise.resolve();
      events.push(`closed ${thing.name}`);
    });
    expect(owned).toEqual({ name });
  }
  await life.close();
  expect(events).toEqual([
    "closing server",
    "closed server",
    "closing queue",
    "closed queue",
    "closing store",
    "closed store",
  ]);
  expect(lines).toEqual(["closed: server", "closed: queue", "closed: store"]);
});

test("a step that fails keeps none of the others from running", async () => {
  const { life, lines } = start();
  const closed: string[] = [];
  life.own("store", {}, () => closed.push("store"));
  life.own("rejecting", {}, () => Promise.reject(new Error("no")));
  life.own("throwing", {}, () => {
    throw new Error("no");
  });
  life.own("server", {}, () => closed.push("server"));
  await life.close();
  expect(closed).toEqual(["server", "store"]);
  expect(lines).toEqual([
    "closed: server",
    "could not close; going on: throwing",
    "could not close; going on: rejecting",
    "closed: store",
  ]);
});

test("a step that hangs is given up", async () => {
  vi.useFakeTimers();
  const { life, lines } = start(1_000);
  life.own("store", {}, () => {});
  life.own("hanging", {}, () => new Promise(() => {}));
  const closing = life.close();
  await vi.advanceTimersByTimeAsync(1_000);
  await closing;
  expect(lines).toEqual(["could not close; going on: hanging", "closed: store"]);
});

test("closes once, however often it is asked", async () => {
  const { life } = start();
  let times = 0;
  life.own("store", {}, () => {
    times += 1;
  });
  await Promise.all([life.close(), life.close()]);
  await life.close();
  expect(times).toBe(1);
});

test("closes what is opened while it closes, when it is asked again", async () => {
  const { life, lines } = start();
  life.own("server", {}, () => {});
  await life.close();
  life.own("late", {}, () => {});
  await life.close();
  expect(lines).toEqual(["closed: server", "closed: late"]);
});
