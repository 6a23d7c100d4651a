import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { DOOR, newFolder, openTestClient } from "./opened-client.ts";
import { refusal, type ScriptedMain, startMain } from "./scripted-main.ts";

/** What the signs of life said of losses. The first echo says nothing. */
function reported(main: ScriptedMain): number[] {
  return main
    .callsOf("ping")
    .filter(({ request }) => request.report)
    .map(({ request }) => request.report.lost);
}

test("what was lost is reported once, by the next process where the first could not", async () => {
  const main = await startMain();
  const dir = newFolder();
  const bounds = { spool: { dir, maxBytes: 256 * 1024 }, memoryItems: 1 };
  const first = await openTestClient({ address: main.address, ...bounds });
  main.before = () => Promise.reject(refusal("UNAVAILABLE"));
  const run = first.client.run([DOOR]);
  const attributes = { text: "x".repeat(256) };
  for (let count = 0; count < 1_000; count += 1) run.fire(DOOR, { attributes });
  const { dropped } = first.client.stats();
  expect(dropped).toBeGreaterThan(50);
  await first.client.close({ timeoutMs: 1 });
  main.before = () => {};

  const options = { address: main.address, spool: dir, heartbeatMs: 10 };
  const second = await openTestClient(options);
  // One follows the other: the first of two was answered.
  await eventually(() => expect(reported(main).length).toBeGreaterThan(1));
  expect(new Set(reported(main))).toEqual(new Set([dropped]));
  await second.client.flush();
  await second.client.close();

  const before = reported(main).length;
  await openTestClient(options);
  await eventually(() => expect(reported(main).length).toBeGreaterThan(before));
  expect(reported(main).at(-1)).toBe(0);
  expect(main.stored.size).toBe(1_000 - dropped);
});

test("a system that the server has never heard of lives without a failure", async () => {
  const main = await startMain();
  main.before = ({ method, request }) => {
    if (method === "ping" && request.system_id && main.runs.size === 0) {
      throw refusal("FAILED_PRECONDITION", { reason: "SYSTEM_UNKNOWN" });
    }
  };
  const { client, told } = await openTestClient({ address: main.address, heartbeatMs: 10 });
  await eventually(() => expect(reported(main).length).toBeGreaterThan(2));
  await client.run([DOOR]).registered;

  expect([told.retried, told.problem, told.disconnected]).toEqual([[], [], []]);
  expect(await client.ping()).toMatchObject({ roundTripMs: expect.any(Number) });
});
