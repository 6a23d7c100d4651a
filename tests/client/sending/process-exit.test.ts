import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { ClientOptions } from "../../../src/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { newFolder, SYSTEM } from "../opened-client.ts";
import { startMain } from "../scripted-main.ts";

const PROGRAM = fileURLToPath(new URL("./idle-client.mjs", import.meta.url));
/** Long enough for a busy machine; far shorter than anything that would hold a process for good. */
const SOON_MS = 15_000;

/** The program in a process of its own, with what it has said. */
function start(options: Partial<ClientOptions>, { waitsForDelivery = false } = {}) {
  const request = {
    options: { systemId: SYSTEM, offlineStart: true, ...options },
    waitsForDelivery,
  };
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes) => {
      said += bytes;
    });
  }
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    exited,
    said: () => said,
    count: (word: string) => said.split("\n").filter((line) => line === word).length,
    isAlive: () => child.exitCode === null && child.signalCode === null,
  };
}

test.each(["stream", "batch", "single"] as const)(
  "a client that has nothing to do lets its process end: %s",
  { timeout: SOON_MS },
  async (sending) => {
    const main = await startMain();
    const options = { address: main.address, sending, heartbeatMs: 60_000 };
    const program = start(options, { waitsForDelivery: true });

    expect(await program.exited, program.said()).toBe(0);
    expect(main.stored.size).toBe(1);
  },
);

test("so does one whose backlog is on disk: the next start sends it", {
  timeout: SOON_MS,
}, async () => {
  const main = await startMain();
  main.kill();
  const options = { address: main.address, spool: newFolder() };

  const offline = start(options);
  expect(await offline.exited, offline.said()).toBe(0);
  await main.listen();
  const online = start(options, { waitsForDelivery: true });

  expect(await online.exited, online.said()).toBe(0);
  expect(main.stored.size).toBe(2);
});

test("one that would lose something stays until it is sent", { timeout: 2 * SOON_MS }, async () => {
  const main = await startMain();
  main.kill();
  const program = start({ address: main.address });

  await eventually(() => expect(program.count("retried")).toBeGreaterThan(3), {
    timeoutMs: SOON_MS,
  });
  expect(program.count("done")).toBe(1);
  expect(program.isAlive()).toBe(true);
  await main.listen();

  expect(await program.exited, program.said()).toBe(0);
  expect(main.stored.size).toBe(1);
});

test("also when it was idle before, and a wait was under way", {
  timeout: 2 * SOON_MS,
}, async () => {
  const main = await startMain();
  main.kill();
  // Signs of life fail as soon as it has started, and wait for longer and longer.
  const program = start({ address: main.address, heartbeatMs: 20 });

  await eventually(() => expect(program.count("retried")).toBeGreaterThan(5), {
    timeoutMs: SOON_MS,
  });
  await main.listen();

  expect(await program.exited, program.said()).toBe(0);
  expect(main.stored.size).toBe(1);
});
