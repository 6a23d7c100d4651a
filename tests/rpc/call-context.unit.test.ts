import { expect, test } from "vitest";
import { callContext } from "../../src/rpc/call-context.ts";
import { collectAll, collectYoung, oldBytes } from "../support/old-generation.ts";

const anyCall = () =>
  ({
    cancelled: false,
    getDeadline: () => Number.POSITIVE_INFINITY,
    payload: new Array(60).fill(0),
  }) as never;

test("tells whether its call is cancelled now", () => {
  const call = { cancelled: false, getDeadline: () => new Date(5) };
  const context = callContext(call as never, 7);
  expect(context).toMatchObject({ receivedAtMs: 7, deadlineMs: 5, isCancelled: false });
  call.cancelled = true;
  expect(context.isCancelled).toBe(true);
});

test("does not make a call grow old that has ended", () => {
  collectAll();
  const before = oldBytes();
  for (let number = 0; number < 20_000; number += 1) {
    callContext(anyCall(), number);
    if (number % 500 === 0) collectYoung();
  }
  expect(oldBytes() - before).toBeLessThan(2_000_000);
});
