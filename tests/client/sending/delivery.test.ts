import { describe, expect, test } from "vitest";
import type { Firing, Run } from "../../../src/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, newFolder, openTestClient, SYSTEM } from "../opened-client.ts";
import { refusal, type ScriptedMain, startMain, takes } from "../scripted-main.ts";

function fireMany(run: Run, count: number): Firing[] {
  return Array.from({ length: count }, () => run.fire(DOOR));
}

/** The numbers of what is stored, sorted. */
function seqs({ stored }: ScriptedMain): number[] {
  return [...stored.values()].map(({ seq }) => seq).sort((a, b) => a - b);
}

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1);

describe("how activations travel", () => {
  test("over one stream, in batches, each once and with its number", async () => {
    const main = await startMain();
    const { client, told } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);

    const firings = fireMany(run, 250);
    await client.flush();

    expect(seqs(main)).toEqual(upTo(250));
    const [id, row] = [...main.stored][0] ?? [];
    expect(id).toBe(firings.find(({ seq }) => seq === row?.seq)?.activationId);
    expect(row).toMatchObject({ systemId: SYSTEM, runId: run.id, identity: DOOR.identity });
    expect([main.streams, client.stats().sending]).toEqual([1, "stream"]);
    expect(main.callsOf("stream_activations").length).toBeLessThan(20);
    expect(told.delivered.flatMap(({ deliveries }) => deliveries)).toHaveLength(250);
    expect(client.stats()).toMatchObject({ fired: 250, delivered: 250, waiting: 0, retries: 0 });
  });

  test.each(["batch", "single"] as const)("as %s calls, when asked to", async (sending) => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, sending });

    fireMany(client.run([DOOR]), 30);
    await client.flush();

    expect(seqs(main)).toEqual(upTo(30));
    expect(main.streams).toBe(0);
    expect(main.callsOf("new_activation").length > 0).toBe(sending === "single");
  });

  test("in batches where the server knows no streams, and one by one where it knows no batches", async () => {
    const main = await startMain();
    main.unknown.add("stream_activations");
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);
    expect(client.stats().sending).toBe("batch");

    main.unknown.add("new_activations");
    const firings = fireMany(run, 20);
    await Promise.all(firings);

    expect(client.stats().sending).toBe("single");
    expect(seqs(main)).toEqual(upTo(21));
    expect(main.callsOf("new_activation")).toHaveLength(20);
  });

  test("to a server of 2018 with the id that it gave the run, also when the run has ended meanwhile", async () => {
    const main = await startMain();
    for (const method of ["stream_activations", "new_activations", "end_system_run"] as const) {
      main.unknown.add(method);
    }
    main.runIdFor = () => "its-own-id";
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    const firings = fireMany(run, 30);

    await run.end("the end");
    await Promise.all(firings);

    expect(seqs(main)).toEqual(upTo(30));
    expect(new Set([...main.stored.values()].map(({ runId }) => runId))).toEqual(
      new Set(["its-own-id"]),
    );
    expect(main.callsOf("new_system_run")).toHaveLength(1);
  });

  test("with the run's own id once the server of 2018 has been replaced by a newer one", async () => {
    const main = await startMain();
    main.runIdFor = () => "its-own-id";
    const { client } = await openTestClient({ address: main.address });
    const run = client.run([DOOR]);
    await run.fire(DOOR);

    main.runs.clear();
    main.runIdFor = ({ run_id }) => run_id;
    await run.fire(DOOR);
    await run.end();

    expect([...main.stored.values()].map(({ runId }) => runId)).toEqual(["its-own-id", run.id]);
    expect(main.runs.get(run.id)).toEqual({ hasEnded: true });
  });
});

describe("new before old", () => {
  test("what fires now arrives before a backlog is done, which shrinks all the same", async () => {
    const spool = newFolder();
    const main = await startMain();
    const before = await openTestClient({ address: main.address, spool });
    main.before = () => Promise.reject(refusal("UNAVAILABLE"));
    fireMany(before.client.run([DOOR]), 600);
    await before.client.close({ timeoutMs: 1 });

    main.before = takes(20);
    const { client } = await openTestClient({ address: main.address, spool, maxBatch: 10 });
    const run = client.run([DOOR]);
    await eventually(() => expect(main.stored.size).toBeGreaterThan(20));
    await run.fire(DOOR);

    expect(main.stored.size).toBeLessThan(500);
    expect(client.stats().waiting).toBeGreaterThan(100);
    await client.flush();
    expect(main.stored.size).toBe(601);
  });

  test.each([2, 4])(
    "a backlog shrinks while firing never stops, %i under way at most",
    async (maxInFlight) => {
      const spool = newFolder();
      const main = await startMain();
      const before = await openTestClient({ address: main.address, spool });
      main.before = () => Promise.reject(refusal("UNAVAILABLE"));
      const old = fireMany(before.client.run([DOOR]), 100);
      await before.client.close({ timeoutMs: 1 });

      main.before = takes(5);
      const options = { spool, maxBatch: 10, maxInFlight, sending: "batch" as const };
      const { client } = await openTestClient({ address: main.address, ...options });
      const run = client.run([DOOR]);
      const timer = setInterval(() => fireMany(run, 20), 2);
      try {
        await eventually(() => {
          for (const { activationId } of old) expect(main.stored.has(activationId)).toBe(true);
        });
      } finally {
        clearInterval(timer);
      }

      expect(main.mostUnderWay).toBeLessThanOrEqual(maxInFlight);
      await client.flush();
    },
  );

  test("only so many batches are under way at once", async () => {
    const main = await startMain();
    main.before = takes(10);
    const options = { maxBatch: 5, maxInFlight: 3 };
    const { client } = await openTestClient({ address: main.address, ...options });

    fireMany(client.run([DOOR]), 200);
    await client.flush();

    expect(main.mostUnderWay).toBe(3);
    expect(seqs(main)).toEqual(upTo(200));
  });

  test("batches keep to what the server allows", async () => {
    const main = await startMain();
    const { client } = await openTestClient({ address: main.address, sending: "batch" });
    main.before = takes(5);
    const run = client.run([DOOR]);
    await run.registered;

    fireMany(run, 3_000);
    await client.flush();

    const sizes = main.callsOf("new_activations").map(({ request }) => request.activations.length);
    expect(Math.max(...sizes)).toBe(1_000);
    expect(main.stored.size).toBe(3_000);
  });
});
