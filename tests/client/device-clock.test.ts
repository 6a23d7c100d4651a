import { expect, test } from "vitest";
import {
  type Anchor,
  createDeviceClock,
  type SystemTime,
} from "../../src/client/clock/device-clock.ts";

const NOON = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

/** A machine whose clocks a test moves. `trueMs` is the time that the rest of the world has. */
function machine({ wallErrorMs = 0, hasBootId = true } = {}) {
  let bootId = hasBootId ? "boot-1" : undefined;
  let [trueMs, wallMs, monoMs, bootMs] = [NOON, NOON + wallErrorMs, 5_000, 60_000];
  const time: SystemTime = {
    wallMs: () => wallMs,
    monoMs: () => monoMs,
    bootMs: () => bootMs,
    get bootId() {
      return bootId;
    },
  };
  return {
    time,
    get trueMs() {
      return trueMs;
    },
    pass(ms: number) {
      trueMs += ms;
      wallMs += ms;
      monoMs += ms;
      bootMs += ms;
    },
    sleep(ms: number) {
      trueMs += ms;
      wallMs += ms;
      bootMs += ms;
    },
    setWall(byMs: number) {
      wallMs += byMs;
    },
    reboot() {
      bootId = "boot-2";
      bootMs = 0;
    },
    /** The server answers a call that took `ms`. */
    hear(clock: ReturnType<typeof createDeviceClock>, ms = 20) {
      const sentAt = monoMs;
      this.pass(ms / 2);
      const serverMs = trueMs;
      this.pass(ms / 2);
      clock.learn(serverMs, sentAt, monoMs);
    },
  };
}

test("before the server was heard, the wall clock is all there is", () => {
  const device = machine({ wallErrorMs: -DAY_MS });
  const clock = createDeviceClock({ time: device.time });

  expect(clock.nowMs()).toBe(NOON - DAY_MS);
  expect(clock.skewMs).toBeUndefined();
});

test("a wrong wall clock is corrected by the server's, and said once", () => {
  const device = machine({ wallErrorMs: DAY_MS });
  const problems: string[] = [];
  const clock = createDeviceClock({
    time: device.time,
    onProblem: (message) => problems.push(message),
  });

  device.hear(clock);
  device.hear(clock);

  expect(clock.nowMs()).toBeCloseTo(device.trueMs, 0);
  expect(clock.skewMs).toBeCloseTo(DAY_MS, 0);
  expect(problems).toEqual([expect.stringContaining("86400.0 s ahead of the server's")]);
});

test("a wall clock that is about right is used as it is", () => {
  const device = machine({ wallErrorMs: 300 });
  const clock = createDeviceClock({ time: device.time });

  device.hear(clock);

  expect(clock.nowMs()).toBe(device.time.wallMs());
});

test.each([DAY_MS, -DAY_MS])(
  "a step of the wall clock by %i ms moves no time that is known",
  (step) => {
    const device = machine();
    const clock = createDeviceClock({ time: device.time });
    let wakes = 0;
    clock.onWake(() => {
      wakes += 1;
    });
    device.hear(clock);

    device.setWall(step);
    device.pass(1_000);

    expect(clock.nowMs()).toBe(device.trueMs);
    expect(clock.skewMs).toBe(step);
    expect(wakes).toBe(0);
  },
);

test("sleep is added to the time, and told to whoever keeps connections", () => {
  const device = machine();
  const clock = createDeviceClock({ time: device.time });
  let wakes = 0;
  clock.onWake(() => {
    wakes += 1;
  });
  device.hear(clock);

  device.sleep(8 * 3_600_000);

  expect(clock.nowMs()).toBe(device.trueMs);
  expect(wakes).toBe(1);
});

test("a slow answer does not spoil what a quick one has taught", () => {
  const device = machine({ wallErrorMs: DAY_MS });
  const clock = createDeviceClock({ time: device.time });
  device.hear(clock, 10);

  // All of its way was on the way back, which halving it gets wrong by two seconds.
  const sentAt = device.time.monoMs();
  const serverMs = device.trueMs;
  device.pass(4_000);
  clock.learn(serverMs, sentAt, device.time.monoMs());

  expect(Math.abs(clock.nowMs() - device.trueMs)).toBeLessThan(10);
});

test("a process of the same boot starts with the time of the one before, whatever the wall clock says", () => {
  const device = machine();
  let kept: Anchor | undefined;
  const first = createDeviceClock({ time: device.time, keepAnchor: (anchor) => (kept = anchor) });
  device.hear(first);

  device.setWall(-DAY_MS);
  device.sleep(60_000);
  const second = createDeviceClock({ time: device.time, anchor: kept });

  expect(Math.abs(second.nowMs() - device.trueMs)).toBeLessThan(50);
  expect(second.skewMs).toBeCloseTo(-DAY_MS, -2);
});

test("after a reboot the anchor is worth nothing", () => {
  const device = machine();
  let kept: Anchor | undefined;
  const first = createDeviceClock({ time: device.time, keepAnchor: (anchor) => (kept = anchor) });
  device.hear(first);

  device.reboot();
  device.setWall(-DAY_MS);
  const second = createDeviceClock({ time: device.time, anchor: kept });

  expect(second.nowMs()).toBe(device.time.wallMs());
  expect(second.skewMs).toBeUndefined();
});

test("without a boot id nothing is kept", () => {
  const device = machine({ hasBootId: false });
  let kept: Anchor | undefined;
  const clock = createDeviceClock({ time: device.time, keepAnchor: (anchor) => (kept = anchor) });

  device.hear(clock);

  expect(kept).toBeUndefined();
});
