import { status } from "@grpc/grpc-js";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { createCaller, refusalOf } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { ask, clientOfTest, openClient } from "../support/edge-calls.ts";
import { useEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { useServers } from "../support/slimmer-servers.ts";
import { startSteadyLoad } from "../support/steady-load.ts";

const DRAIN_DELAY = "3s";

const servers = useServers(2, {
  SLIMMER_DRAIN_DELAY: DRAIN_DELAY,
  SLIMMER_DATABASE_TIMEOUT: "1s",
});
const edge = useEdge(() => ({ upstreams: servers().addresses }));

async function storedOf(ids: readonly string[]): Promise<number> {
  const { rows } = await servers().db.query(
    "select count(*)::int as stored from activations where activation_id = any($1::uuid[])",
    [ids],
  );
  return rows[0].stored;
}

const healthy = () => edge().statistic("cluster.serve.membership_healthy");

test("a batch of a thousand large activations passes", async () => {
  const call = createCaller(clientOfTest(edge()));
  const { systemId: system_id, entities } = greenhouse;
  const { run_id } = await call.run({ system_id, entities, run_id: v7() });
  const attributes = Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [`attribute-${index}`, "x".repeat(245)]),
  );
  const activations = Array.from({ length: 1_000 }, () => ({
    entity: door,
    activation_id: v7(),
    attributes,
  }));
  const { results } = await call.fireMany({ system_id, run_id, activations });
  expect(results.filter(({ error }) => error)).toEqual([]);
  expect(await storedOf(activations.map(({ activation_id }) => activation_id))).toBe(1_000);
});

test("one server killed and one stopped under load: nothing fails after the ordinary retry, nothing is lost", async () => {
  await eventually(async () => expect(await healthy()).toBe(2));
  const load = await startSteadyLoad({ connect: () => openClient(edge()) });
  const acknowledged = () => load.report().acknowledged.length;
  const goesOn = async (more = 300) => {
    const from = acknowledged();
    await eventually(() => expect(acknowledged()).toBeGreaterThan(from + more), {
      timeoutMs: 30_000,
    });
  };
  const [first, second] = servers().processes;
  const [firstAddress, secondAddress] = servers().addresses;
  await goesOn();

  expect(await first?.kill()).toMatchObject({ signal: "SIGKILL" });
  await goesOn();
  await servers().start(firstAddress ?? "");
  await eventually(async () => expect(await healthy()).toBe(2));
  await goesOn();

  expect(await second?.stop()).toEqual({ code: 0, signal: null });
  await goesOn();
  await servers().start(secondAddress ?? "");

  const { failed, acknowledged: ids, calls, retried, refusals } = await load.stop();
  expect(failed).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await storedOf(ids)).toBe(ids.length);
  // Almost all do not even notice.
  expect(retried, JSON.stringify(refusals)).toBeLessThan(calls / 20);
});

test("a server that is stopped politely costs no call at all", async () => {
  await eventually(async () => expect(await healthy()).toBe(2));
  const load = await startSteadyLoad({ connect: () => openClient(edge()), streams: 0 });
  const [address = ""] = servers().addresses;
  const server = servers().running(address);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  const { failed, retried, refusals } = await load.stop();
  expect([failed, retried, refusals]).toEqual([[], 0, {}]);
  await servers().start(address);
});

test("while PostgreSQL is away, the servers' own refusal arrives, with the time to wait", async () => {
  await eventually(async () => expect(await healthy()).toBe(2));
  await servers().postgres.stop();
  // Once Envoy knows of no healthy server, it sends to all of them.
  await eventually(async () => expect(await healthy()).toBe(0));
  const call = createCaller(clientOfTest(edge()));
  const activation = { system_id: "greenhouse", run_id: v7(), entity: door, activation_id: v7() };
  const refusal = await refusalOf(call.fire(activation));
  expect(refusal).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });
  expect(refusal.details?.retryAfterMs).toBeGreaterThan(0);

  const { status, text } = await ask(edge(), {
    method: "POST",
    path: "/v1/systems/greenhouse/activations",
    body: JSON.stringify({ ...activation, system_id: undefined }),
  });
  expect([status, JSON.parse(text)]).toMatchObject([503, { code: 14 }]);
  expect(text).toContain("RetryInfo");
  expect((await call.ping({ message: "still here" })).message).toBe("still here");
});

test("while no server is there, Envoy says UNAVAILABLE itself", async () => {
  for (const address of servers().addresses) await servers().running(address).kill();
  const call = createCaller(clientOfTest(edge()));
  const refusal = await refusalOf(call.ping({ message: "anybody?" }));
  expect(refusal.code).toBe(status[status.UNAVAILABLE]);
  const answer = await ask(edge(), { method: "POST", path: "/v1/ping", body: "{}" });
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([503, 14]);
});
