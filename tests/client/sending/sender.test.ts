import { expect, test } from "vitest";
import type { Item, Outbox } from "../../../src/client/outbox/item.ts";
import { createGate } from "../../../src/client/sending/gate.ts";
import { createModes } from "../../../src/client/sending/modes.ts";
import { createSender } from "../../../src/client/sending/sender.ts";
import { eventually } from "../../support/eventually.ts";

const item = (activationId: string): Item => ({
  ...{ runId: "run", activationId, atMs: 0, bytes: Buffer.alloc(10), attempts: 0 },
});

/** A sender over an outbox that a test makes, with the ids that were shipped. */
function bench(outbox: Partial<Outbox>) {
  const shipped: string[] = [];
  const delivered: string[] = [];
  const sender = createSender({
    systemId: "greenhouse",
    outbox: {
      waiting: 0,
      hasNewest: false,
      takeNewest: () => [],
      takeOldest: async () => [],
      putBack: () => {},
      refused: () => {},
      onWork: () => {},
      delivered: (list) => {
        delivered.push(...list.map((one) => one.item.activationId));
      },
      ...outbox,
    },
    runs: { get: () => undefined, refusalOf: () => undefined },
    registrar: { ensure: async () => {}, again: () => false },
    shipper: {
      async ship(_mode, _place, items) {
        shipped.push(...items.map(({ activationId }) => activationId));
        const flags = { duplicate: false, unregistered: false, clockSuspect: false };
        return items.map((one) => ({ item: one, ...flags, verdict: undefined }));
      },
      close() {},
    },
    modes: createModes({ sending: "batch", isBalanced: false, monoMs: () => 0 }),
    gate: createGate({ address: "here:1", tell: () => {}, keepsAlive: () => false }),
    ...{ maxBatch: 10, maxInFlight: 2, tell: () => {} },
  });
  return { sender, shipped, delivered };
}

test("a disk that can't be read for a moment is tried again, though nobody fires", async () => {
  let attempts = 0;
  const { sender, delivered } = bench({
    get waiting() {
      return attempts < 3 ? 1 : 0;
    },
    async takeOldest() {
      attempts += 1;
      return attempts === 2 ? [item("old")] : [];
    },
  });

  sender.wake();

  await eventually(() => expect(delivered).toEqual(["old"]));
  expect(attempts).toBeLessThan(5);
  await sender.stop();
});

test("a defect in taking the oldest costs no place, and stops nothing", async () => {
  const fresh = [item("1"), item("2"), item("3")];
  const { sender, delivered } = bench({
    get waiting() {
      return fresh.length;
    },
    get hasNewest() {
      return fresh.length > 0;
    },
    takeNewest: () => fresh.splice(0, 1),
    takeOldest: () => Promise.reject(new Error("a defect")),
  });

  sender.wake();

  await eventually(() => expect(delivered.sort()).toEqual(["1", "2", "3"]));
  expect(sender.underWay).toBe(0);
  await sender.stop();
});

test("stopping waits for what is under way, and begins nothing new", async () => {
  const fresh = [item("1"), item("2"), item("3"), item("4")];
  const { sender, shipped, delivered } = bench({
    get waiting() {
      return fresh.length;
    },
    get hasNewest() {
      return fresh.length > 0;
    },
    takeNewest: () => fresh.splice(0, 1),
  });
  sender.wake();

  await sender.stop();

  expect(delivered).toEqual(shipped);
  expect(sender.underWay).toBe(0);
  sender.wake();
  expect(fresh.length).toBeGreaterThan(0);
});
