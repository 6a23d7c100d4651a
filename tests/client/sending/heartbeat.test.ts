import { expect, test } from "vitest";
import { startHeartbeat } from "../../../src/client/sending/heartbeat.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, openTestClient, SYSTEM } from "../opened-client.ts";
import { refusal, startMain } from "../scripted-main.ts";

test("names the system and its run, and says what was sent, waits and was lost", async () => {
  const main = await startMain();
  const { client } = await openTestClient({
    address: main.address,
    heartbeatMs: 20,
    memoryItems: 2,
    sending: "batch",
  });
  const run = client.run([DOOR]);
  await run.fire(DOOR);
  let isHolding = true;
  main.before = ({ method }) => {
    if (isHolding && method === "new_activations") throw refusal("UNAVAILABLE");
  };
  for (let number = 0; number < 5; number += 1) run.fire(DOOR);
  const { dropped } = client.stats();
  expect(dropped).toBeGreaterThan(0);

  await eventually(() => {
    const [request] = main
      .callsOf("ping")
      .slice(-1)
      .map((call) => call.request);
    expect(request).toMatchObject({
      system_id: SYSTEM,
      run_id: run.id,
      report: { sent: 1, spooled: 5 - dropped, lost: dropped },
    });
  });
  isHolding = false;
  await client.flush({ timeoutMs: 5_000 });
  await eventually(() => {
    const [request] = main
      .callsOf("ping")
      .slice(-1)
      .map((call) => call.request);
    expect(request.report).toEqual({ sent: 6 - dropped, spooled: 0, lost: dropped });
  });
});

test("names no run where there is none", async () => {
  const main = await startMain();
  await openTestClient({ address: main.address, heartbeatMs: 20 });
  await eventually(() => expect(main.callsOf("ping").length).toBeGreaterThan(2));
  expect(main.callsOf("ping").at(-1)?.request).toMatchObject({ system_id: SYSTEM, run_id: "" });
});

test("goes on after it failed, and sends at once what waited", async () => {
  const main = await startMain();
  const { client, told } = await openTestClient({ address: main.address, heartbeatMs: 20 });
  main.before = () => {
    throw refusal("UNAVAILABLE");
  };
  await eventually(() => expect(told.disconnected).toHaveLength(1));
  expect(client.stats().isConnected).toBe(false);
  main.before = () => {};

  await eventually(() => expect(client.stats().isConnected).toBe(true));
  expect(told.connected).toHaveLength(1);
});

test("has none when it is told so", async () => {
  const main = await startMain();
  const { client } = await openTestClient({ address: main.address, heartbeatMs: 0 });
  await client.run([DOOR]).fire(DOOR);
  // The first echo alone.
  expect(main.callsOf("ping")).toHaveLength(1);
});

test("the signs of life of many clients spread by a tenth of their interval", () => {
  const waits: number[] = [];
  const { setTimeout: original } = globalThis;
  const record = ((_run: () => void, ms: number) => {
    waits.push(ms);
    return original(() => {}, 0);
  }) as typeof setTimeout;
  globalThis.setTimeout = record;
  try {
    for (const random of [0, 0.5, 0.999]) {
      const options = { intervalMs: 30_000, systemId: SYSTEM, random: () => random };
      startHeartbeat({ ...options, gate: {}, registrar: {} } as never).stop();
    }
  } finally {
    globalThis.setTimeout = original;
  }
  expect(waits.map(Math.round)).toEqual([27_000, 30_000, 32_994]);
});

test("a server of 2018 takes no note of a report: what was lost is told again", async () => {
  let beats = 0;
  const reported: unknown[] = [];
  const heartbeat = startHeartbeat({
    intervalMs: 1,
    systemId: "greenhouse",
    runId: () => undefined,
    report: () => ({ sent: 1, spooled: 2, lost: 3 }),
    async ask() {
      beats += 1;
      return { roundTripMs: 1, isSignOfLife: beats > 2 };
    },
    onReported: (report) => reported.push([beats, report]),
    gate: { succeeded: () => {} } as never,
    registrar: {} as never,
  });

  await eventually(() => expect(reported.length).toBeGreaterThan(0));
  heartbeat.stop();

  expect(reported[0]).toEqual([3, { sent: 1, spooled: 2, lost: 3 }]);
});
