import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startFaultProxy } from "../../../bench/support/fault-proxy.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, openTestClient } from "../opened-client.ts";
import { refusal, startMain } from "../scripted-main.ts";

/** Waits are drawn at random: short ones make short tests. */
function hurry(): void {
  const random = vi.spyOn(Math, "random").mockReturnValue(0.05);
  onTestFinished(() => random.mockRestore());
}

const never = () => new Promise(() => {});

describe("a stream", () => {
  test("that breaks with INTERNAL and no details is repeated with the same ids", async () => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    let broken = 0;
    main.before = ({ method }) => {
      if (method !== "stream_activations" || broken > 0) return;
      broken += 1;
      throw refusal("INTERNAL");
    };

    const firing = run.fire(DOOR);
    await firing;

    const sent = main.callsOf("stream_activations").slice(1);
    const ids = sent.map(({ request }) => request.activations[0].activation_id);
    expect(ids).toEqual([firing.activationId, firing.activationId]);
    expect(told.retried).toMatchObject([{ status: "INTERNAL", reason: undefined, count: 1 }]);
    expect(client.stats()).toMatchObject({ sending: "stream", refused: 0 });
  });

  test("that is lost after the server stored a batch delivers it once, as a duplicate", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;
    let taken = 0;
    main.errorOf = () => {
      taken += 1;
      // The batch is stored in this very turn, and its acknowledgement meets a dead stream.
      if (taken === 1) main.endStreams(refusal("UNAVAILABLE"));
      return undefined;
    };

    expect(await run.fire(DOOR)).toMatchObject({ duplicate: true });

    expect(main.stored.size).toBe(1);
    expect(client.stats()).toMatchObject({ delivered: 1, duplicates: 1 });
  });

  test("that breaks three times before it acknowledges anything gives way to batches", async () => {
    hurry();
    const main = await startMain();
    main.before = ({ method }) => {
      if (method === "stream_activations") throw refusal("INTERNAL");
    };
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);

    await run.fire(DOOR);

    expect(client.stats().sending).toBe("batch");
    expect(main.streams).toBe(3);
  });

  test("with several batches under way breaks once, whatever many they are", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, maxBatch: 1 });
    const run = client.run([DOOR]);
    await run.registered;
    let release = () => {};
    main.before = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    for (let count = 0; count < 8; count += 1) run.fire(DOOR);
    await eventually(() => expect(main.callsOf("stream_activations")).toHaveLength(4));
    main.before = () => {};
    main.endStreams(refusal("INTERNAL"));
    release();
    await client.flush();

    expect(client.stats().sending).toBe("stream");
    expect(main.stored.size).toBe(8);
  });

  test("that slimmer itself ends with a refusal works", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;
    let refusals = 0;
    main.before = () => {
      refusals += 1;
      if (refusals > 5) return;
      throw refusal("UNAVAILABLE", { reason: "STORE_AWAY", retryAfterMs: 20 });
    };

    await run.fire(DOOR);

    expect(client.stats().sending).toBe("stream");
  });

  test("that never acknowledges is given up, and after three silences so is its channel", async () => {
    hurry();
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address, callTimeoutMs: 60 });
    const run = client.run([DOOR]);
    await run.registered;
    main.before = never;

    const firing = run.fire(DOOR);
    await eventually(() => expect(told.retried.length).toBeGreaterThanOrEqual(4));
    expect(new Set(told.retried.map(({ status }) => status))).toEqual(
      new Set(["DEADLINE_EXCEEDED"]),
    );
    main.before = () => {};

    expect(await firing).toMatchObject({ activationId: firing.activationId });
    expect(main.stored.size).toBe(1);
    const peers = main.callsOf("stream_activations").map(({ peer }) => peer);
    expect(new Set(peers.slice(0, 3)).size).toBe(1);
    expect(main.calls.at(-1)?.peer).not.toBe(peers[0]);
  });

  test("ends by itself when nothing is to be sent, and the next firing opens another", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    await main.shutDown();
    await main.listen();

    await run.fire(DOOR);

    expect([main.streams, main.stored.size]).toEqual([2, 2]);
    expect(client.stats().retries).toBeLessThanOrEqual(3);
  });
});

describe("a connection", () => {
  test.each(["new_system_run", "ping"] as const)(
    "that never answers %s is made anew after three of them",
    async (method) => {
      hurry();
      const main = await startMain();
      // What is answered in between shows that the connection works.
      const options = { callTimeoutMs: 60, heartbeatMs: method === "ping" ? 10 : 0 };
      const { client } = await openTestClient({ address: main.address, ...options });
      const first = main.calls[0]?.peer;
      main.before = (call) => (call.method === method && call.peer === first ? never() : undefined);

      const run = client.run([DOOR]);
      await eventually(() => {
        const peers = main.callsOf(method).map(({ peer }) => peer);
        expect(peers.some((peer) => peer !== first)).toBe(true);
      });

      await run.registered;
      await run.fire(DOOR);
    },
  );

  test("is not made anew for silences with answers between them", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, callTimeoutMs: 60 });
    for (let times = 0; times < 4; times += 1) {
      main.before = never;
      await expect(client.ping()).rejects.toMatchObject({ code: "SERVER_AWAY" });
      main.before = () => {};
      await client.ping();
    }

    expect(new Set(main.calls.map(({ peer }) => peer)).size).toBe(1);
  });

  test("is found again when the server has been killed and started at the same port", async () => {
    hurry();
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);

    main.kill();
    const firings = [run.fire(DOOR), run.fire(DOOR)];
    await eventually(() => expect(client.stats().isConnected).toBe(false));
    await main.listen();
    await Promise.all(firings);

    expect(main.stored.size).toBe(3);
    expect(told.disconnected).toHaveLength(1);
    expect(told.connected).toHaveLength(1);
    expect(client.stats()).toMatchObject({ isConnected: true, delivered: 3 });
  });

  test("of a server that shuts down in good order is left, and nothing is lost", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, maxBatch: 5 });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    const timer = setInterval(() => run.fire(DOOR), 1);

    const goodbye = main.shutDown();
    main.endStreams(refusal("UNAVAILABLE", { reason: "SHUTTING_DOWN", retryAfterMs: 20 }));
    await goodbye;
    await main.listen();
    await eventually(() => expect(client.stats().delivered).toBeGreaterThan(20));
    clearInterval(timer);
    await client.flush();

    expect(main.stored.size).toBe(client.stats().fired);
  });

  test("after any single fault, the next activation is delivered without another start", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, callTimeoutMs: 60 });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    const codes = [
      ...(["CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"] as const),
      ...(["ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "ABORTED"] as const),
      ...(["FAILED_PRECONDITION", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL"] as const),
      ...(["UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"] as const),
    ];
    const faults = [
      ...codes.map((code) => () => {
        throw refusal(code);
      }),
      never,
    ];

    for (const fault of faults) {
      main.before = ({ method }) => {
        if (!/activation/.test(method)) return;
        main.before = () => {};
        return fault();
      };
      await run.fire(DOOR);
    }

    expect(main.stored.size).toBe(faults.length + 1);
    expect(client.stats()).toMatchObject({ refused: 0, dropped: 0, waiting: 0 });
  }, 20_000);
});

test("a network too slow for a whole batch is given smaller ones", {
  timeout: 20_000,
}, async () => {
  const main = await startMain();
  const proxy = await startFaultProxy(Number(main.address.split(":")[1]));
  onTestFinished(() => proxy.close());
  const { client, told } = await openTestClient({ address: proxy.address, callTimeoutMs: 250 });
  const run = client.run([DOOR]);
  await run.registered;
  proxy.throttle(100_000);
  const attributes = Object.fromEntries(
    Array.from({ length: 6 }, (_, place) => [`key ${place}`, "x".repeat(250)]),
  );

  for (let count = 0; count < 100; count += 1) run.fire(DOOR, { attributes });
  await client.flush({ timeoutMs: 15_000 });

  expect(told.retried.some(({ status }) => status === "DEADLINE_EXCEEDED")).toBe(true);
  expect(main.stored.size).toBe(100);
});

describe("a server that is busy", () => {
  test("is left alone for as long as it asked, by all batches together", async () => {
    const main = await startMain();
    const options = { maxBatch: 1, sending: "batch" as const };
    const { client, told } = await openTestClient({ address: main.address, ...options });
    const run = client.run([DOOR]);
    await run.registered;
    let refusals = 0;
    main.before = () => {
      if (refusals === 4) return;
      refusals += 1;
      throw refusal("RESOURCE_EXHAUSTED", { reason: "INTAKE_FULL", retryAfterMs: 300 });
    };
    for (let count = 0; count < 6; count += 1) run.fire(DOOR);
    await client.flush();

    const times = main.callsOf("new_activations").map(({ atMs }) => atMs);
    const waitMs = (times[4] as number) - (times[3] as number);
    expect(waitMs).toBeGreaterThan(290);
    expect(told.retried).toHaveLength(4);
    expect(told.retried.every((event) => event.waitMs > 280)).toBe(true);
    expect(client.stats()).toMatchObject({ isConnected: true, delivered: 6 });
  });

  test("a batch that something on the way finds too large is divided, and gets there", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    main.before = ({ request }) => {
      if (request.activations?.length > 10) throw refusal("RESOURCE_EXHAUSTED");
    };

    for (let count = 0; count < 100; count += 1) run.fire(DOOR);
    await client.flush();

    expect(main.stored.size).toBe(100);
    expect(client.stats()).toMatchObject({ delivered: 100, refused: 0, duplicates: 0 });
  });

  test("a limit of somebody on the way never costs an activation, however long it lasts", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, sending: "batch" });
    const run = client.run([DOOR]);
    let refusals = 0;
    main.before = ({ method }) => {
      // One call of five gets through.
      if (!/activation/.test(method) || refusals > 500) return;
      refusals += 1;
      if (refusals % 5 !== 0) throw refusal("RESOURCE_EXHAUSTED");
    };

    for (let count = 0; count < 50; count += 1) run.fire(DOOR);
    await client.flush();

    expect(client.stats()).toMatchObject({ delivered: 50, refused: 0 });
  });
});
