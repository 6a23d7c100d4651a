import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "../../src/dashboard/api/pace.ts";
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
    headers: new Headers(),
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

test("the server says how much later than by itself the page asks again", async () => {
  const answers = (pace?: string) =>
    vi.stubGlobal("fetch", async () =>
      Response.json({}, pace ? { headers: { "slimmer-pace": pace } } : {}),
    );
  answers("2");
  await request("/v1/fleet");
  expect(paced(5_000)).toBe(10_000);
  answers("nonsense");
  await request("/v1/fleet");
  expect(paced(5_000)).toBe(5_000);
  answers("3");
  await request("/v1/fleet");
  answers();
  await request("/v1/fleet");
  expect(paced(5_000)).toBe(5_000);
});
