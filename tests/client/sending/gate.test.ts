import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientEventName } from "../../../src/client/events.ts";
import { createBackoff } from "../../../src/client/sending/backoff.ts";
import { createGate } from "../../../src/client/sending/gate.ts";
import { verdictOf } from "../../../src/client/sending/verdict.ts";
import { refusal } from "../scripted-main.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function newGate({ random = (): number => 1, keepsAlive = (): boolean => false } = {}) {
  const told: { name: ClientEventName; event: unknown }[] = [];
  const gate = createGate({
    address: "here:1",
    tell: (name, event) => told.push({ name, event }),
    keepsAlive,
    random,
  });
  let opened = 0;
  gate.onOpen(() => {
    opened += 1;
  });
  const names = () => told.map(({ name }) => name);
  return { gate, told, names, opened: () => opened };
}

const AWAY = verdictOf(refusal("UNAVAILABLE"));
const DENIED = verdictOf(refusal("UNAUTHENTICATED"));
function busy(retryAfterMs: number) {
  return verdictOf(refusal("RESOURCE_EXHAUSTED", { reason: "INTAKE_FULL", retryAfterMs }));
}

test("waits are drawn below a ceiling that doubles from 100 ms to 30 s, and begin anew after a success", () => {
  const { nextMs, reset } = createBackoff(() => 1);
  const ceilings = Array.from({ length: 12 }, () => nextMs());

  expect(ceilings.slice(0, 4)).toEqual([100, 200, 400, 800]);
  expect(ceilings.slice(-3)).toEqual([30_000, 30_000, 30_000]);
  reset();
  expect(nextMs()).toBe(100);
  expect(createBackoff(() => 0).nextMs()).toBe(0);
});

test("a wait that the server asked for is never shorter, and is spread", () => {
  expect(createBackoff(() => 0).nextMs(5_000)).toBe(5_000);
  expect(createBackoff(() => 1).nextMs(5_000)).toBe(5_100);
});

test("a failure closes it for a while, and calls that fail together close it once", async () => {
  const { gate, told, opened } = newGate();

  const waits = [gate.failed(AWAY, 3), gate.failed(AWAY, 2)];
  expect(gate.isOpen).toBe(false);
  await vi.advanceTimersByTimeAsync(99);
  expect(opened()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all(waits);

  expect([opened(), gate.isOpen, gate.retries]).toEqual([1, true, 2]);
  expect(told.filter(({ name }) => name === "retried")).toHaveLength(2);
});

test("several that were told to wait do so, and nothing gets through in between", async () => {
  const { gate, opened } = newGate({ random: () => 0 });

  for (const ms of [500, 500, 2_000, 500]) void gate.failed(busy(ms), 1);
  await vi.advanceTimersByTimeAsync(1_990);
  expect([opened(), gate.isOpen]).toEqual([0, false]);
  await vi.advanceTimersByTimeAsync(20);
  expect([opened(), gate.isOpen]).toEqual([1, true]);
});

test("a longer wait holds back those who waited for less", async () => {
  const { gate } = newGate({ random: () => 0 });
  let isThrough = false;
  void gate.failed(busy(100), 1).then(() => {
    isThrough = true;
  });
  void gate.failed(busy(1_000), 1);

  await vi.advanceTimersByTimeAsync(900);
  expect(isThrough).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(isThrough).toBe(true);
});

test("what only somebody else can mend is tried each second at most, and told once", async () => {
  const { gate, names, opened } = newGate({ random: () => 0 });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    void gate.failed(DENIED, 1);
    await vi.advanceTimersByTimeAsync(999);
    expect(opened()).toBe(attempt - 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened()).toBe(attempt);
  }
  expect(names().filter((name) => name === "problem")).toHaveLength(1);
});

test("tells of changes only: away, back, away", async () => {
  const { gate, names } = newGate({ random: () => 0 });
  gate.succeeded();
  gate.succeeded();
  void gate.failed(AWAY, 0);
  void gate.failed(AWAY, 0);
  gate.succeeded();
  void gate.failed(AWAY, 0);

  expect(names().filter((name) => name !== "retried")).toEqual([
    ...["connected", "disconnected", "connected", "disconnected"],
  ]);
});

test("slimmer's own refusals come over a connection that works, but for its end", () => {
  const { gate, names } = newGate();
  gate.succeeded();
  void gate.failed(busy(10), 1);
  expect(gate.isConnected).toBe(true);
  void gate.failed(
    verdictOf(refusal("UNAVAILABLE", { reason: "SHUTTING_DOWN", retryAfterMs: 500 })),
    1,
  );
  expect(gate.isConnected).toBe(false);
  expect(names()).toContain("disconnected");
});

test("a network that is back opens it at once, and the next wait is short", async () => {
  const { gate, opened, told } = newGate();
  for (let failures = 0; failures < 9; failures += 1) {
    void gate.failed(AWAY, 0);
    await vi.runAllTimersAsync();
  }
  void gate.failed(AWAY, 0);
  const before = opened();
  gate.hurry();
  expect([opened(), gate.isOpen]).toEqual([before + 1, true]);
  void gate.failed(AWAY, 0);
  expect(told.at(-1)?.event).toMatchObject({ waitMs: 100 });
});

test("stopping lets everybody through, for good, and wakes nobody", async () => {
  const { gate, opened } = newGate();
  const waiting = gate.failed(AWAY, 1);

  gate.stop();

  await waiting;
  await gate.failed(AWAY, 1);
  expect([opened(), vi.getTimerCount()]).toEqual([0, 0]);
});

test("a wait keeps the process alive once something would be lost with it", async () => {
  vi.useRealTimers();
  let wouldLose = false;
  const { gate } = newGate({ keepsAlive: () => wouldLose });
  const isHeld = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = isHeld();

  void gate.failed(AWAY, 0);
  expect(isHeld()).toBe(before);
  wouldLose = true;
  gate.review();
  expect(isHeld()).toBe(before + 1);
  gate.stop();
});
