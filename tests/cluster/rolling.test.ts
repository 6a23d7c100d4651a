import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import type { KubeObject } from "../support/kubernetes.ts";
import { useRelease, WEB_HOST } from "../support/release.ts";
import { startSteadyAsking } from "../support/steady-asking.ts";
import { type LoadReport, startSteadyLoad } from "../support/steady-load.ts";

const release = useRelease();
const SLOW = { timeout: 400_000 };
/** So many calls show that the load runs well again. */
const ENOUGH = 100;

test(
  "an upgrade that rolls serve fails no call that is retried, and loses nothing",
  SLOW,
  async () => {
    const { upgrade, connect } = release();
    const before = await uids("serve");
    const load = await startSteadyLoad({ connect });
    await callsMade(load);
    await upgrade("serve.podAnnotations.rolled=yes");
    await eventually(async () => expect(await uids("serve")).toHaveLength(2), {
      timeoutMs: 60_000,
    });
    await callsMade(load);
    expect(intersection(before, await uids("serve"))).toEqual([]);
    await expectNothingLost("serve rolled", await load.stop());
  },
);

test(
  "an upgrade that rolls Envoy fails no call that is retried, and loses nothing",
  SLOW,
  async () => {
    const { upgrade, connect } = release();
    const before = await uids("envoy");
    const load = await startSteadyLoad({ connect });
    await callsMade(load);
    await upgrade("serve.podAnnotations.rolled=yes", "envoy.streamIdle=2h");
    await eventually(async () => expect(await uids("envoy")).toHaveLength(2), {
      timeoutMs: 90_000,
    });
    await callsMade(load);
    expect(intersection(before, await uids("envoy"))).toEqual([]);
    await expectNothingLost("Envoy rolled", await load.stop());
  },
);

test("an upgrade that rolls web refuses nobody a page", SLOW, async () => {
  const { upgrade, address, ca } = release();
  const before = await uids("web");
  const port = Number(address.split(":")[1]);
  const asking = startSteadyAsking({ port, ca }, { host: WEB_HOST, path: "/v1/fleet" });
  await made(() => asking.report().asked);
  await upgrade(
    ...["serve.podAnnotations.rolled=yes", "envoy.streamIdle=2h", "web.podAnnotations.rolled=yes"],
  );
  await eventually(async () => expect(intersection(before, await uids("web"))).toEqual([]), {
    timeoutMs: 60_000,
  });
  await made(() => asking.report().asked);
  const { asked, refused } = await asking.stop();
  console.info(`web rolled: ${asked} requests, ${refused.length} refused`);
  expect(refused).toEqual([]);
});

test("a rollback under load fails no call that is retried, and loses nothing", SLOW, async () => {
  const { space, connect } = release();
  const load = await startSteadyLoad({ connect });
  await callsMade(load);
  await space.helm("rollback", "slimmer", "1", "--wait", "--timeout", "5m");
  await callsMade(load);
  await expectNothingLost("rolled back", await load.stop());
});

test.each(["serve", "envoy", "keeper"])(
  "a pod of %s that is killed fails no call that is retried",
  SLOW,
  async (component) => {
    const { space, connect } = release();
    const load = await startSteadyLoad({ connect });
    await callsMade(load);
    const { spec } = await space.get("deployment", `slimmer-${component}`);
    // A pod that the test before this one has rolled away may still be on its way out.
    const [victim] = await eventually(
      async () => {
        const pods = await space.pods(component);
        expect(pods).toHaveLength(spec.replicas);
        return pods;
      },
      { timeoutMs: 60_000 },
    );
    const { name } = (victim as KubeObject).metadata;
    await space.kubectl("delete", "pod", name, "--grace-period=0", "--force");
    // Its successor takes longer to get ready than the kubelet to kill it.
    await eventually(
      async () => {
        const ready = (await space.pods(component)).filter(isReady);
        expect(ready.map(({ metadata }) => metadata.name)).not.toContain(name);
        expect(ready).toHaveLength(spec.replicas);
      },
      { timeoutMs: 120_000 },
    );
    await callsMade(load);
    await expectNothingLost(`a pod of ${component} killed`, await load.stop());
  },
);

test(
  "while PostgreSQL is away calls are refused with UNAVAILABLE; it comes back without a restart of serve",
  SLOW,
  async () => {
    const { space, connect } = release();
    const before = await restarts("serve");
    const load = await startSteadyLoad({ connect, patienceMs: 180_000 });
    await callsMade(load);
    await space.kubectl("delete", "pod", "slimmer-postgres-0");
    await space.kubectl("rollout", "status", "statefulset/slimmer-postgres", "--timeout=180s");
    await callsMade(load);
    const report = await load.stop();
    expect(report.refusals.UNAVAILABLE).toBeGreaterThan(0);
    await expectNothingLost("PostgreSQL deleted", report);
    expect(await restarts("serve")).toEqual(before);
  },
);

function isReady({ status }: KubeObject): boolean {
  return status.conditions.some(
    (condition: { type: string; status: string }) =>
      condition.type === "Ready" && condition.status === "True",
  );
}

async function uids(component: string): Promise<string[]> {
  return (await release().space.pods(component)).map(({ metadata }) => metadata.uid);
}

async function restarts(component: string): Promise<Record<string, number>> {
  const pods = await release().space.pods(component);
  return Object.fromEntries(
    pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses[0].restartCount]),
  );
}

function intersection(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => others.includes(one));
}

async function callsMade(load: { report(): LoadReport }): Promise<void> {
  await made(() => load.report().calls);
}

/** Waits until a count has grown so far that the load runs, or runs again. */
async function made(count: () => number): Promise<void> {
  const enough = count() + ENOUGH;
  await eventually(() => expect(count()).toBeGreaterThan(enough), { timeoutMs: 120_000 });
}

/** Says how many calls needed the retry, since nobody promises that none does. */
async function expectNothingLost(what: string, report: LoadReport): Promise<void> {
  const { calls, retried, refusals, failed, acknowledged } = report;
  console.info(
    `${what}: ${calls} calls, ${retried} needed a retry (${JSON.stringify(refusals)}), ${acknowledged.length} acknowledged`,
  );
  expect(failed).toEqual([]);
  const stored = await release().space.query("select activation_id from activations");
  const isStored = new Set(stored.split("\n"));
  expect(acknowledged.filter((id) => !isStored.has(id))).toEqual([]);
}
