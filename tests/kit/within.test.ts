import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { TimeoutError, within } from "../../src/kit/within.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("gives the work's result, and leaves no timer behind", async () => {
  await expect(within(1_000, "adding", Promise.resolve(3))).resolves.toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test("gives the work's own error, and leaves no timer behind", async () => {
  await expect(within(1_000, "adding", Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(vi.getTimerCount()).toBe(0);
});

test("gives up work that takes longer, in words", async () => {
  const late = within(1_000, "closing the door", new Promise(() => {}));
  const refused = expect(late).rejects.toEqual(
    new TimeoutError("closing the door took longer than 1000 ms"),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
});

test("work that fails after it was given up harms nobody", async () => {
  const work = deferred<void>();
  const refused = expect(within(1_000, "adding", work.promise)).rejects.toThrow(TimeoutError);
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
  work.reject(new Error("too late"));
  await vi.advanceTimersByTimeAsync(0);
});
