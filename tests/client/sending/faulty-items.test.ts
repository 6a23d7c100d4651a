import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Run } from "../../../src/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, openTestClient } from "../opened-client.ts";
import { type Call, itemError, refusal, type ScriptedMain, startMain } from "../scripted-main.ts";

const BAD = { ...DOOR, identity: "bad" };

// Waits are drawn at random: none make short tests.
beforeEach(() => {
  const random = vi.spyOn(Math, "random").mockReturnValue(0);
  return () => random.mockRestore();
});

// biome-ignore lint/suspicious/noExplicitAny: a request of any method
function isBad({ request }: { request: any }): boolean {
  const activations = request.activations ?? [request];
  return activations.some(
    ({ entity }: { entity: typeof DOOR | null }) => entity?.identity === "bad",
  );
}

function attemptsAlone(main: ScriptedMain): number {
  return main.calls.filter(
    (call) =>
      /activation/.test(call.method) &&
      isBad(call) &&
      (call.request.activations?.length ?? 1) === 1,
  ).length;
}

/** A hundred in one batch, the 70th of them bad. */
async function fireHundred(run: Run, main: ScriptedMain): Promise<void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { before } = main;
  main.before = async (call) => {
    await held;
    return before(call);
  };
  // These take all places, so that what follows gathers.
  for (let number = 0; number < 4; number += 1) run.fire(DOOR);
  await eventually(() => expect(main.mostUnderWay).toBeGreaterThan(0));
  for (let number = 1; number <= 100; number += 1) run.fire(number === 70 ? BAD : DOOR);
  release();
}

describe("an item that the server stumbles over", () => {
  test("is set aside after twenty times by a server of 2018, and holds up nobody meanwhile", async () => {
    const main = await startMain();
    main.unknown.add("stream_activations").add("new_activations");
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    main.before = (call) => {
      if (call.method === "new_activation" && isBad(call)) {
        throw refusal("UNKNOWN", { message: "Exception calling application" });
      }
    };

    run.fire(BAD);
    await eventually(() => expect(attemptsAlone(main)).toBeGreaterThan(0));
    await run.fire(DOOR);
    await eventually(() => expect(told.refused).toMatchObject([{ status: "UNKNOWN" }]));

    expect(attemptsAlone(main)).toBeGreaterThanOrEqual(20);
    expect(main.stored.size).toBe(2);
  });

  test("is not blamed while nothing else gets through either", async () => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address, sending: "single" });
    const run = client.run([DOOR]);
    await run.registered;
    let isIll = true;
    main.before = ({ method }) => {
      if (isIll && method === "new_activation") throw refusal("UNKNOWN");
    };

    const firings = [run.fire(DOOR), run.fire(DOOR)];
    await eventually(() => expect(main.callsOf("new_activation").length).toBeGreaterThan(100));
    isIll = false;
    await Promise.all(firings);

    expect(told.refused).toEqual([]);
    expect(main.stored.size).toBe(2);
  });
});

describe("what slimmer refuses for good", () => {
  test("is found in a batch that was refused as a whole", async () => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;
    main.before = (call) => {
      if (isBad(call)) throw refusal("INVALID_ARGUMENT", { reason: "MESSAGE_MALFORMED" });
    };

    await fireHundred(run, main);
    await client.flush({ timeoutMs: 5_000 });

    expect(main.stored.size).toBe(103);
    expect(told.refused).toMatchObject([{ sensor: BAD, reason: "MESSAGE_MALFORMED" }]);
    expect(attemptsAlone(main)).toBe(1);
  });

  test("does not wait with its neighbours, which may be sent again later", async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, sending: "batch" });
    const run = client.run([DOOR]);
    await run.registered;
    main.errorOf = ({ entity }) =>
      entity?.identity === "bad"
        ? itemError("INVALID_ARGUMENT", "FIELDS_INVALID")
        : itemError("UNAVAILABLE", "STORE_AWAY", { retryable: true });
    void run.fire(DOOR);
    await eventually(() => expect(client.stats().retries).toBe(4));

    // With the other, which comes first, once the gate is open; after that it is closed for 1,600 ms.
    const bad = run.fire(BAD);
    await expect(bad).rejects.toMatchObject({ reason: "FIELDS_INVALID" });

    const { request, atMs } = main.callsOf("new_activations").at(-1) as Call;
    expect(request.activations).toHaveLength(2);
    expect(performance.now() - atMs).toBeLessThan(800);
  });
});

test("what failed is not sent again before its time", async () => {
  vi.mocked(Math.random).mockReturnValue(1);
  const main = await startMain();
  const { client } = await openTestClient({ address: main.address, sending: "batch" });
  const run = client.run([DOOR]);
  await run.registered;
  main.errorOf = () => itemError("UNAVAILABLE", "STORE_AWAY", { retryable: true });

  void run.fire(DOOR);
  await eventually(() => expect(client.stats().retries).toBe(4));

  const times = main.callsOf("new_activations").map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((atMs, place) => atMs - (times[place] as number));
  expect(pauses).toHaveLength(3);
  for (const [place, pause] of pauses.entries()) expect(pause).toBeGreaterThan(95 * 2 ** place);
});
