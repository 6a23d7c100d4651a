import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ClientOptions, type Firing, getClient } from "../../src/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { DOOR, listen, newFolder, openTestClient, SYSTEM } from "./opened-client.ts";
import { refusal, startMain } from "./scripted-main.ts";

/** Catches what would end the process, for as long as the running test asks for it. */
function catchFatal(): { caught: unknown[]; stop(): void } {
  const caught: unknown[] = [];
  const names = ["uncaughtException", "unhandledRejection"] as const;
  const others = names.map((name) => process.listeners(name as "uncaughtException"));
  for (const name of names) {
    process.removeAllListeners(name);
    process.on(name, (error) => caught.push(error));
  }
  function stop(): void {
    names.forEach((name, place) => {
      process.removeAllListeners(name);
      for (const other of others[place] ?? []) process.on(name as "uncaughtException", other);
    });
  }
  onTestFinished(stop);
  return { caught, stop };
}

describe("getClient", () => {
  test("names everything that is wrong, at once", async () => {
    const options = {
      address: "nowhere",
      systemId: "",
      token: "with spaces",
      tokenFile: "/token",
      heartbeatMs: -1,
      maxInFlight: 1,
      spool: { dir: "spool", maxBytes: 1, colour: "red" },
      sending: "pigeon",
      verbose: true,
    } as unknown as ClientOptions;

    const error = await getClient(options).catch((thrown) => thrown);

    expect(error).toMatchObject({ name: "ClientError", code: "OPTIONS_INVALID" });
    expect(error.fields.map(({ field }: { field: string }) => field).sort()).toEqual([
      ...["address", "heartbeatMs", "maxInFlight", "sending", "spool.colour", "spool.maxBytes"],
      ...["systemId", "tls", "token", "tokenFile", "verbose"],
    ]);
    for (const { field } of error.fields) expect(error.message).toContain(field);
  });

  test.each([
    "192.0.2.1:50051",
    "dns:///slimmer.test:50051",
    "slimmer.test:50051",
    "[2001:db8::1]:1",
  ])("sends no token in clear text to %s", async (address) => {
    await expect(getClient({ address, systemId: SYSTEM, token: "secret" })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
      fields: [{ field: "tls" }],
    });
  });

  test("says that nobody is there, and lets go of the spool", async () => {
    const main = await startMain();
    main.kill();
    const spool = newFolder();
    const options = { address: main.address, systemId: SYSTEM, spool, offlineStart: false };

    await expect(getClient(options)).rejects.toMatchObject({
      code: "SERVER_AWAY",
      isRetryable: true,
      message: expect.stringContaining("nothing listens there"),
    });
    await main.listen();
    await (await getClient(options)).close();
  });

  test("says that it is no slimmer", async () => {
    const main = await startMain();
    const options = { address: main.address, systemId: SYSTEM };
    main.unknown.add("ping");
    await expect(getClient(options)).rejects.toMatchObject({ code: "NOT_SLIMMER" });

    main.unknown.clear();
    main.before = ({ request }) => {
      request.message = `not ${request.message}`;
    };
    await expect(getClient(options)).rejects.toMatchObject({
      code: "NOT_SLIMMER",
      message: expect.stringContaining("not with an echo"),
    });
  });

  test("says that the server does not answer in time", async () => {
    const main = await startMain();
    main.before = () => new Promise(() => {});
    const options = { address: main.address, systemId: SYSTEM, connectTimeoutMs: 50 };
    await expect(getClient(options)).rejects.toMatchObject({
      code: "SERVER_AWAY",
      status: "DEADLINE_EXCEEDED",
    });
  });

  test("says that the token is not accepted, also when it could start offline", async () => {
    const main = await startMain();
    main.before = () => Promise.reject(refusal("UNAUTHENTICATED"));
    const options = { address: main.address, systemId: SYSTEM, token: "wrong" };
    await expect(getClient({ ...options, offlineStart: true })).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      status: "UNAUTHENTICATED",
    });
  });

  test.each([
    ["ipv4:nonsense", {}],
    ["127.0.0.1:1", { "grpc.service_config": "{" }],
  ])("lets go of the spool when there can be no channel (%s)", async (address, channelOptions) => {
    const spool = newFolder();
    await expect(
      getClient({ address, systemId: SYSTEM, spool, channelOptions, offlineStart: false }),
    ).rejects.toMatchObject({ name: "ClientError" });
    const main = await startMain();
    await (await getClient({ address: main.address, systemId: SYSTEM, spool })).close();
  });

  test("starts offline with a spool, and delivers when the server is there", async () => {
    const main = await startMain();
    main.kill();
    const { client, told } = await openTestClient({ address: main.address, spool: newFolder() });
    const run = client.run([DOOR]);
    const firing = run.fire(DOOR);
    expect([firing.savedTo, firing.seq]).toEqual(["disk", 1]);
    await eventually(() => expect(told.disconnected).toHaveLength(1));

    await main.listen();
    await firing;

    expect(await run.registered).toEqual({ added: [], removed: [] });
    expect(told.connected).toHaveLength(1);
  });
});

describe("fire", () => {
  test("never throws, whatever it is given, and nobody has to look", async () => {
    const { caught, stop } = catchFatal();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    // biome-ignore lint/suspicious/noExplicitAny: the point of it
    const fire = run.fire as (...parts: any[]) => Firing;
    const thing = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }),
      fc.record(
        { category: fc.anything(), name: fc.anything(), identity: fc.anything() },
        { requiredKeys: [] },
      ),
      fc.constant(DOOR),
    );
    const options = fc.oneof(
      fc.anything(),
      fc.record({ attributes: fc.anything(), occurredAt: fc.anything() }, { requiredKeys: [] }),
    );

    fc.assert(
      fc.property(thing, options, (sensor, extras) => {
        expect(typeof fire(sensor, extras).activationId).toBe("string");
      }),
      { numRuns: 500 },
    );
    fire();
    const nasty = () => {
      throw Object.create(null);
    };
    fire(Object.defineProperty({}, "category", { get: nasty }));
    fire(new Proxy({}, { get: nasty, ownKeys: nasty }));
    fire(DOOR, { attributes: new Proxy({}, { ownKeys: nasty }) });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    fire(cycle, cycle);

    await client.flush();
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    expect(caught).toEqual([]);
  });

  test("says what is wrong with an activation, all of it", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const firing = client
      .run([DOOR])
      .fire({ ...DOOR, name: "" }, { occurredAt: new Date(Number.NaN), attributes: { "": "x" } });

    expect([firing.activationId, firing.seq, firing.savedTo]).toEqual(["", 0, "nowhere"]);
    await expect(firing).rejects.toMatchObject({ code: "ACTIVATION_INVALID", isRetryable: false });
    const error = await firing.catch((thrown) => thrown);
    expect(error.fields).toHaveLength(3);
  });

  test("a promise that nobody awaits fails in silence", async () => {
    const { caught, stop } = catchFatal();
    const main = await startMain();
    main.errorOf = () => ({ code: 3, reason: "FIELDS_INVALID", message: "no", retryable: false });
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    run.fire(DOOR);
    await client.flush();
    await client.close();
    run.fire(DOOR);
    run.end();
    await new Promise((resolve) => setImmediate(resolve));
    stop();

    expect(told.refused).toHaveLength(1);
    expect(caught).toEqual([]);
  });

  test("carries the time, the attributes and the number that it was fired with", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    const occurredAt = new Date("2026-01-02T03:04:05.678Z");
    await run.fire(DOOR, { occurredAt, attributes: { by: "hand" } });
    await run.fire(DOOR);

    const sent = main.callsOf("stream_activations").flatMap(({ request }) => request.activations);
    expect(sent).toMatchObject([
      {
        seq: 1,
        occurred_at: { seconds: 1_767_323_045, nanos: 678_000_000 },
        attributes: { by: "hand" },
      },
      { seq: 2, occurred_at: null, attributes: {} },
    ]);
  });
});

test("a listener that throws stops nothing, and its error is seen", async () => {
  const { caught, stop } = catchFatal();
  const main = await startMain();
  const { client } = await openTestClient({ address: main.address });
  for (const name of ["delivered", "connected", "retried", "disconnected"] as const) {
    client.on(name, () => {
      throw new Error(`a listener of ${name}`);
    });
  }
  const run = client.run([DOOR]);
  await run.fire(DOOR);
  main.endStreams(refusal("UNAVAILABLE"));
  await run.fire(DOOR);
  await eventually(() => expect(caught.length).toBeGreaterThanOrEqual(2));
  stop();

  expect(main.stored.size).toBe(2);
  expect(client.stats()).toMatchObject({ delivered: 2, waiting: 0 });
});

test("a listener may fire", async () => {
  const main = await startMain();
  const { client } = await openTestClient({ address: main.address });
  const run = client.run([DOOR]);
  let fired = 0;
  client.on("delivered", () => {
    fired += 1;
    if (fired < 20) run.fire(DOOR);
  });
  run.fire(DOOR);

  await eventually(() => expect(main.stored.size).toBe(20));
  await client.flush();
});

describe("a token function", () => {
  test("that never answers holds nobody for longer than a call", async () => {
    const main = await startMain();
    let isSilent = false;
    const { client } = await openTestClient({
      address: main.address,
      callTimeoutMs: 50,
      token: () => (isSilent ? new Promise(() => {}) : "token"),
    });
    const random = vi.spyOn(Math, "random").mockReturnValue(0.05);
    onTestFinished(() => random.mockRestore());
    const run = client.run([DOOR]);
    await run.registered;
    isSilent = true;
    const firing = run.fire(DOOR);
    await expect(client.ping()).rejects.toMatchObject({ name: "ClientError" });
    isSilent = false;

    await firing;
  });

  test("that never answers does not hold up close()", async () => {
    const main = await startMain();
    let isSilent = false;
    const { client } = await openTestClient({
      address: main.address,
      callTimeoutMs: 60_000,
      token: () => (isSilent ? new Promise(() => {}) : "token"),
    });
    const run = client.run([DOOR]);
    await run.registered;
    isSilent = true;
    const firing = run.fire(DOOR);
    const refused = expect(firing).rejects.toMatchObject({ code: "DROPPED" });

    await client.close({ timeoutMs: 20 });
    await refused;
  });
});

describe("flush and close", () => {
  test("flush waits for activations, runs and their ends", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    for (let count = 0; count < 10; count += 1) run.fire(DOOR);
    run.end("done");

    await client.flush({ timeoutMs: 2_000 });

    expect(main.stored.size).toBe(10);
    expect(main.runs.get(run.id)).toEqual({ hasEnded: true });
  });

  test("flush gives up after its time, and says where the rest is", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    main.before = () => new Promise(() => {});
    client.run([DOOR]).fire(DOOR);

    await expect(client.flush({ timeoutMs: 30 })).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("in memory"),
    });
  });

  test("a flush without a bound ends with the client", async () => {
    const main = await startMain();
    main.kill();
    const { client } = await openTestClient({ address: main.address, spool: newFolder() });
    client.run([DOOR]).fire(DOOR);
    const flushed = expect(client.flush()).rejects.toMatchObject({ code: "CLOSED" });

    await client.close({ timeoutMs: 20 });

    await flushed;
    await expect(client.flush()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("close flushes, and may be called twice", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    for (let count = 0; count < 10; count += 1) run.fire(DOOR);

    await Promise.all([client.close(), client.close()]);
    await client.close();

    expect(main.stored.size).toBe(10);
    expect(client.stats()).toMatchObject({ dropped: 0, waiting: 0 });
  });

  test("what was in memory only is counted as dropped, and what waits is told", async () => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    main.before = () => new Promise(() => {});
    const run = client.run([DOOR]);
    const firing = run.fire(DOOR);
    const ended = run.end();
    const outcomes = Promise.allSettled([firing, ended, run.registered]);

    await client.close({ timeoutMs: 20 });

    expect(await outcomes).toMatchObject([
      { reason: { code: "DROPPED" } },
      { reason: { code: "CLOSED" } },
      { reason: { code: "CLOSED" } },
    ]);
    expect(told.dropped).toMatchObject([{ cause: "closed", count: 1 }]);
    expect(client.stats()).toMatchObject({ dropped: 1, waiting: 0, memoryOnly: 0 });
  });

  test("what is in the spool is not dropped, and the next client sends it, end and all", async () => {
    const main = await startMain();
    main.kill();
    const spool = newFolder();
    const first = await openTestClient({ address: main.address, spool });
    const run = first.client.run([DOOR]);
    const firing = run.fire(DOOR);
    const outcome = expect(firing).rejects.toMatchObject({ code: "CLOSED" });
    void run.end("power off").catch(() => {});
    await first.client.close({ timeoutMs: 20 });
    await outcome;
    expect(first.told.dropped).toEqual([]);

    await main.listen();
    const second = await openTestClient({ address: main.address, spool });
    await second.client.flush();

    expect([...main.stored.keys()]).toEqual([firing.activationId]);
    expect(main.runs.get(run.id)).toEqual({ hasEnded: true });
    expect(second.client.stats()).toMatchObject({ fired: 0, delivered: 1, waiting: 0 });
  });

  test("a closed client takes nothing more, and says so", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await client.close();

    const closed = { code: "CLOSED" };
    await expect(run.fire(DOOR)).rejects.toMatchObject(closed);
    await expect(run.end()).rejects.toMatchObject(closed);
    await expect(client.ping()).rejects.toMatchObject(closed);
    expect(() => client.run([DOOR])).toThrow("closed");
    await client.flush();
    await client.room();
    expect(client.stats().fired).toBe(0);
  });

  test("fire after the end of its run is refused, and a second end is the first", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    const ends = [run.end(), run.end("again")];
    expect(ends[0]).toBe(ends[1]);
    await Promise.all(ends);
    await expect(run.fire(DOOR)).rejects.toMatchObject({ code: "CLOSED" });
    expect(main.callsOf("end_system_run")).toHaveLength(1);
  });
});

test("listeners come and go", async () => {
  const main = await startMain();
  const { client } = await openTestClient({ address: main.address });
  const told = listen(client);
  const seen: unknown[] = [];
  const listener = (event: unknown) => seen.push(event);
  client.on("delivered", listener);
  const run = client.run([DOOR]);
  await run.fire(DOOR);
  client.off("delivered", listener);
  await run.fire(DOOR);

  expect([seen.length, told.delivered.length]).toEqual([1, 2]);
});

test("a resumed run counts nothing, and goes on in the run that it was given", async () => {
  const main = await startMain();
  const one = await openTestClient({ address: main.address });
  const run = one.client.run([DOOR]);
  await run.registered;
  const other = await openTestClient({ address: main.address });

  const firing = other.client.resume(run.id.toUpperCase()).fire(DOOR);
  await firing;

  expect(firing.seq).toBe(0);
  expect(main.stored.get(firing.activationId)).toMatchObject({ runId: run.id, seq: 0 });
  expect(() => other.client.resume("run")).toThrow("must be a UUID");
});
