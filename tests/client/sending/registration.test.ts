import { expect, test } from "vitest";
import { DOOR, newFolder, openTestClient } from "../opened-client.ts";
import { refusal, startMain } from "../scripted-main.ts";

test("a registration is repeated with the same id until it is answered", async () => {
  const main = await startMain();
  let failures = 0;
  main.before = ({ method }) => {
    if (method !== "new_system_run" || failures === 3) return;
    failures += 1;
    throw refusal("UNAVAILABLE", { reason: "STORE_AWAY", retryAfterMs: 20 });
  };
  const { client, told } = await openTestClient({ address: main.address });
  const run = client.run([DOOR]);

  await run.registered;

  const calls = main.callsOf("new_system_run");
  expect(new Set(calls.map(({ request }) => request.run_id))).toEqual(new Set([run.id]));
  expect(calls).toHaveLength(4);
  expect(told.retried.map(({ count }) => count)).toEqual([0, 0, 0]);
});

test("an earlier process's run, its items and its end are told by the next one", async () => {
  const main = await startMain();
  const spool = newFolder();
  const offline = await openTestClient({ address: "127.0.0.1:1", spool });
  const run = offline.client.run([DOOR]);
  run.fire(DOOR);
  void run.end("a test");
  await offline.client.close({ timeoutMs: 1 });

  const { client } = await openTestClient({ address: main.address, spool });
  await client.flush({ timeoutMs: 5_000 });

  expect(main.callsOf("new_system_run").map(({ request }) => request.run_id)).toEqual([run.id]);
  expect(main.stored.size).toBe(1);
  expect(main.runs.get(run.id)).toEqual({ hasEnded: true });
  expect(main.callsOf("end_system_run")[0]?.request.reason).toBe("a test");
});
