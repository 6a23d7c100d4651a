import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { request } from "../../src/dashboard/api/request.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const untilAborted = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
  });

test("a server that takes the question and never answers counts as unreachable", async () => {
  vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => untilAborted(signal));
  const asked = expect(request("/v1/fleet")).rejects.toMatchObject({
    kind: "unreachable",
    message: "The server did not answer within 15 seconds.",
  });
  await vi.advanceTimersByTimeAsync(15_000);
  await asked;
});

test("so does one that begins an answer and never ends it", async () => {
  vi.stubGlobal("fetch", async (_: string, { signal }: RequestInit) => ({
    status: 200,
    json: () => untilAborted(signal),
  }));
  const asked = expect(request("/v1/fleet")).rejects.toMatchObject({ kind: "unreachable" });
  await vi.advanceTimersByTimeAsync(15_000);
  await asked;
});

test("who takes a question back is told no problem of the server", async () => {
  vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => untilAborted(signal));
  const mine = new AbortController();
  const asked = expect(request("/v1/fleet", { signal: mine.signal })).rejects.toThrow("aborted");
  mine.abort();
  await asked;
  expect(vi.getTimerCount()).toBe(0);
});
