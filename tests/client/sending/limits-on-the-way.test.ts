import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../src/client/sending/verdict.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, openTestClient } from "../opened-client.ts";
import { refusal, startMain } from "../scripted-main.ts";

/** As our Envoy says that there are too many requests. */
function limited(pushback: string): Error {
  const metadata = new Metadata();
  metadata.set("grpc-retry-pushback-ms", pushback);
  const facts = { code: status.RESOURCE_EXHAUSTED, details: "local_rate_limited", metadata };
  return Object.assign(new Error(facts.details), facts);
}

test.each(["stream", "batch", "single"] as const)(
  "is left alone for as long as it says, and nothing is divided: %s",
  async (sending) => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address, sending });
    const run = client.run([DOOR]);
    await run.registered;
    let isLimited = true;
    main.before = ({ method }) => {
      if (isLimited && /activation/.test(method)) throw limited("400");
    };

    const firings = Array.from({ length: 20 }, () => run.fire(DOOR));
    await eventually(() => expect(told.retried.length).toBeGreaterThan(0));
    const before = main.calls.length;
    const closedAt = main.calls.at(-1)?.atMs ?? 0;
    isLimited = false;
    await Promise.all(firings);

    expect(told.retried[0]).toMatchObject({ status: "RESOURCE_EXHAUSTED" });
    // Those that were on their way already may still have arrived.
    const next = main.calls.slice(before).find(({ atMs }) => atMs > closedAt + 100);
    expect((next?.atMs ?? 0) - closedAt).toBeGreaterThan(390);
    expect(told.refused).toEqual([]);
  },
);

describe("a wish", () => {
  test("is taken from what is on the way, too", () => {
    expect(verdictOf(limited("1000"))).toMatchObject({ action: "repeat", retryAfterMs: 1_000 });
  });

  test.each(["-1", "soon"])("that is none: %s", (pushback) => {
    expect(verdictOf(limited(pushback))).toMatchObject({
      action: "divide",
      retryAfterMs: undefined,
    });
  });

  test("of more than an hour is a mistake", () => {
    const month = 30 * 86_400_000;
    expect(verdictOf(refusal("UNAVAILABLE", { retryAfterMs: month })).retryAfterMs).toBe(3_600_000);
    expect(verdictOf(limited(String(month))).retryAfterMs).toBe(3_600_000);
  });
});
