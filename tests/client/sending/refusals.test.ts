import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createIds } from "../../../src/client/uuid-v7.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, newFolder, openTestClient } from "../opened-client.ts";
import { itemError, refusal, startMain } from "../scripted-main.ts";

const POISON = { category: "door", name: "back door", identity: "poison" };

function hurry(): void {
  const random = vi.spyOn(Math, "random").mockReturnValue(0.05);
  onTestFinished(() => random.mockRestore());
}

function deadLetters(spool: string): Record<string, unknown>[] {
  const file = join(spool, "dead-letter.ndjson");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe("an item", () => {
  test("that the server refuses is set aside at once, told of, and holds up nothing", async () => {
    const main = await startMain();
    const spool = newFolder();
    const { client, told } = await openTestClient({ address: main.address, spool });
    main.errorOf = ({ entity }) =>
      entity?.identity === "poison" ? itemError("INVALID_ARGUMENT", "FIELDS_INVALID") : undefined;
    const run = client.run([DOOR]);
    for (let count = 0; count < 10; count += 1) run.fire(DOOR);

    const firing = run.fire(POISON);
    await expect(firing).rejects.toMatchObject({
      code: "REFUSED",
      reason: "FIELDS_INVALID",
      status: "INVALID_ARGUMENT",
    });
    await client.flush();

    expect(main.stored.size).toBe(10);
    expect(client.stats()).toMatchObject({ delivered: 10, refused: 1, retries: 0, waiting: 0 });
    expect(told.refused).toEqual([
      {
        ...{ runId: run.id, activationId: firing.activationId, sensor: POISON },
        ...{ status: "INVALID_ARGUMENT", reason: "FIELDS_INVALID" },
        message: "a INVALID_ARGUMENT of the test",
      },
    ]);
    expect(deadLetters(spool)).toMatchObject([
      { activation_id: firing.activationId, run_id: run.id, reason: "FIELDS_INVALID", seq: 11 },
    ]);
  });

  test("past the limit of unregistered sensors is refused, and not repeated", async () => {
    const main = await startMain();
    main.errorOf = () => itemError("RESOURCE_EXHAUSTED", "UNREGISTERED_LIMIT");
    const { client } = await openTestClient({ address: main.address });

    await expect(client.run([DOOR]).fire(POISON)).rejects.toMatchObject({
      code: "REFUSED",
      reason: "UNREGISTERED_LIMIT",
    });

    expect(main.callsOf("stream_activations")).toHaveLength(1);
  });

  test("that makes the server stumble is found, set aside after five attempts, and its 99 neighbours are delivered", async () => {
    hurry();
    const main = await startMain();
    const spool = newFolder();
    const options = { address: main.address, spool, maxInFlight: 2 };
    const { client } = await openTestClient(options);
    const run = client.run([DOOR]);
    await run.registered;
    let alone = 0;
    main.before = ({ request }) => {
      const list: { entity: { identity: string } }[] = request.activations ?? [];
      if (!list.some(({ entity }) => entity.identity === "poison")) return;
      if (list.length === 1) alone += 1;
      throw refusal("INTERNAL", { reason: "INTERNAL" });
    };
    const poisoned = run.fire(POISON);
    for (let count = 0; count < 99; count += 1) run.fire(DOOR);
    await eventually(() => expect(alone).toBeGreaterThan(1));
    // What is stored by now may have been before the server stumbled; this one shows that it is the item.
    await run.fire(DOOR);

    await expect(poisoned).rejects.toMatchObject({ code: "REFUSED", reason: "INTERNAL" });
    await client.flush();

    expect(main.stored.size).toBe(100);
    expect(alone).toBeGreaterThanOrEqual(5);
    expect(deadLetters(spool)).toMatchObject([{ activation_id: poisoned.activationId }]);
    expect(client.stats()).toMatchObject({ delivered: 100, refused: 1, sending: "stream" });
  });

  test("is not to blame for a server that stumbles over everything", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, sending: "batch" });
    const run = client.run([DOOR]);
    await run.registered;
    main.before = () => {
      throw refusal("INTERNAL", { reason: "INTERNAL" });
    };
    const firings = [run.fire(DOOR), run.fire(DOOR), run.fire(DOOR)];
    await eventually(() => expect(main.callsOf("new_activations").length).toBeGreaterThan(20));
    main.before = () => {};

    await Promise.all(firings);

    expect(client.stats()).toMatchObject({ delivered: 3, refused: 0 });
  });

  test("that can't be stored just now is repeated alone", async () => {
    hurry();
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;
    let busy = 3;
    main.errorOf = ({ seq }) => {
      if (seq !== 2 || busy === 0) return undefined;
      busy -= 1;
      return itemError("UNAVAILABLE", "STORE_AWAY", { retryable: true });
    };

    const firings = [run.fire(DOOR), run.fire(DOOR), run.fire(DOOR)];
    await Promise.all(firings);

    expect(client.stats()).toMatchObject({ delivered: 3, duplicates: 0, retries: 3 });
  });
});

describe("a run that the server has forgotten", () => {
  test.each(["stream", "batch", "single"] as const)(
    "is registered again with the same id, and its activations are delivered (%s)",
    async (sending) => {
      hurry();
      const main = await startMain();
      const { client } = await openTestClient({ address: main.address, sending });
      const run = client.run([DOOR], { labels: { site: "north" } });
      await run.fire(DOOR);

      main.runs.clear();
      await Promise.all([run.fire(DOOR), run.fire(DOOR)]);

      const [first, again, ...rest] = main.callsOf("new_system_run").map(({ request }) => request);
      expect(again).toEqual(first);
      // Two batches may have been under way.
      expect(rest.length).toBeLessThan(2);
      expect(main.stored.size).toBe(3);
      expect(client.stats()).toMatchObject({ delivered: 3, refused: 0 });
    },
  );

  test("is known again for its end", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;

    main.runs.clear();
    await run.end("power off");

    expect([...main.runs]).toEqual([[run.id, { hasEnded: true }]]);
    expect(main.callsOf("end_system_run").at(-1)?.request).toMatchObject({ reason: "power off" });
  });

  test("is known again for a sign of life", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, heartbeatMs: 10 });
    const run = client.run([DOOR]);
    await run.registered;
    main.before = ({ method, request }) => {
      if (method !== "ping" || !request.run_id || main.runs.has(request.run_id)) return;
      throw refusal("FAILED_PRECONDITION", { reason: "RUN_UNKNOWN" });
    };

    main.runs.clear();

    await eventually(() => expect([...main.runs.keys()]).toEqual([run.id]));
    expect(client.stats().retries).toBe(0);
  });

  test("may be one of an earlier process", async () => {
    const main = await startMain();
    const spool = newFolder();
    const before = await openTestClient({ address: main.address, spool });
    const run = before.client.run([DOOR]);
    await run.registered;
    main.before = () => Promise.reject(refusal("UNAVAILABLE"));
    const firing = run.fire(DOOR);
    await before.client.close({ timeoutMs: 1 });

    main.before = () => {};
    main.runs.clear();
    const { client } = await openTestClient({ address: main.address, spool });
    await client.flush();

    expect(main.stored.get(firing.activationId)).toMatchObject({ runId: run.id, seq: 1 });
    expect([...main.runs.keys()]).toEqual([run.id]);
  });

  test("is not registered without a pause by a server that takes it and never knows it", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.registered;
    main.errorOf = () => itemError("FAILED_PRECONDITION", "RUN_UNKNOWN");

    run.fire(DOOR);
    await eventually(() => expect(client.stats().retries).toBeGreaterThan(0));

    expect(main.callsOf("new_system_run").length).toBeLessThan(5);
  });

  test("and that was begun elsewhere can't be told of again: it is refused", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, heartbeatMs: 10 });
    main.before = ({ method, request }) => {
      if (method !== "ping" || !request.run_id) return;
      throw refusal("FAILED_PRECONDITION", { reason: "RUN_UNKNOWN" });
    };
    const run = client.resume(createIds()(Date.now()));

    await expect(run.fire(DOOR)).rejects.toMatchObject({ code: "REFUSED", reason: "RUN_UNKNOWN" });
    await expect(run.end()).rejects.toMatchObject({ code: "REFUSED", reason: "RUN_UNKNOWN" });

    expect(main.callsOf("new_system_run")).toEqual([]);
    // The system lives all the same.
    const signs = () =>
      main.callsOf("ping").filter(({ request }) => request.report && !request.run_id);
    await eventually(() => expect(signs().length).toBeGreaterThan(1));
  });
});

describe("a run that the server will never take", () => {
  test("rejects with all of its activations and its end, and others go on", async () => {
    hurry();
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    let refusedId = "";
    main.before = ({ method, request }) => {
      if (method !== "new_system_run" || request.run_id !== refusedId) return;
      throw refusal("ALREADY_EXISTS", { reason: "RUN_CONFLICT" });
    };
    const bad = client.run([DOOR]);
    refusedId = bad.id;
    main.runs.set(bad.id, { hasEnded: false });
    const early = bad.fire(DOOR);

    const conflict = { code: "REFUSED", reason: "RUN_CONFLICT" };
    await expect(bad.registered).rejects.toMatchObject(conflict);
    await expect(early).rejects.toMatchObject(conflict);
    await expect(bad.fire(DOOR)).rejects.toMatchObject(conflict);
    await expect(bad.end()).rejects.toMatchObject(conflict);
    await client.run([DOOR]).fire(DOOR);
    await client.flush();

    expect(main.stored.size).toBe(1);
    expect(told.problem.filter(({ what }) => what === "run")).toHaveLength(1);
    expect(client.stats()).toMatchObject({ delivered: 1, refused: 2, waiting: 0 });
  });
});

test("after a long outage runs are registered a few at a time", async () => {
  const main = await startMain();
  const spool = newFolder();
  const before = await openTestClient({ address: main.address, spool });
  main.before = () => Promise.reject(refusal("UNAVAILABLE"));
  const ids = Array.from({ length: 40 }, () => before.client.run([DOOR]).id);
  await before.client.close({ timeoutMs: 1 });
  let [atOnce, most] = [0, 0];
  main.before = async ({ method }) => {
    if (method !== "new_system_run") return;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 2));
    atOnce -= 1;
  };

  const { client } = await openTestClient({ address: main.address, spool });
  await client.flush();

  expect([...main.runs.keys()].sort()).toEqual(ids.sort());
  expect(most).toBeLessThanOrEqual(4);
});
