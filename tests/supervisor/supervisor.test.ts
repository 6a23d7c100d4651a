import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Supervised,
  type SupervisorOptions,
  supervise,
} from "../../src/supervisor/supervisor.ts";
import { eventually } from "../support/eventually.ts";

const entry = fileURLToPath(new URL("fixtures/child.mjs", import.meta.url));

type Restart = { code: number | null; signal: string | null; waitMs: number };

let running: Supervised | undefined;

afterEach(async () => {
  running?.kill();
  await running?.stop(1_000);
  running = undefined;
});

function start(args: string[], options: Partial<SupervisorOptions> = {}) {
  const lines: string[] = [];
  const pids: number[] = [];
  const restarts: Restart[] = [];
  const child = supervise({
    name: "serve",
    entry,
    args,
    env: process.env,
    onLine: (line) => lines.push(line),
    onStart: (pid) => pids.push(pid),
    log: {
      info: () => {},
      warn: (facts, message) => {
        if (message === "a process ended; it is started again") restarts.push(facts as Restart);
      },
    },
    // Always the longest wait of each step, so that growing is a matter of arithmetic.
    backoff: { minMs: 10, maxMs: 40, random: () => 1 },
    ...options,
  });
  running = child;
  return { child, lines, pids, restarts };
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a supervised child", () => {
  test("says where it listens, and its lines are passed on", async () => {
    const { child, lines, pids } = start(["steady"]);
    expect((await child.ready).addresses).toEqual({ grpc: "127.0.0.1:1" });
    await eventually(() => expect(lines).toEqual([`hello from ${pids[0]}`]));
  });

  test("is started again when it crashes, after waits that grow to a bound", async () => {
    const { restarts } = start(["crash", "1"]);
    await eventually(() => expect(restarts.length).toBeGreaterThanOrEqual(4));
    expect(restarts.slice(0, 4).map(({ waitMs }) => waitMs)).toEqual([10, 20, 40, 40]);
    expect(restarts[0]).toMatchObject({ code: 1, signal: null });
  });

  test("is started again after each kill -9", async () => {
    const { child, pids, restarts } = start(["steady"]);
    await child.ready;
    for (let kills = 1; kills <= 3; kills += 1) {
      await eventually(() => expect(pids).toHaveLength(kills));
      process.kill(pids[kills - 1] as number, "SIGKILL");
    }
    await eventually(() => expect(pids).toHaveLength(4));
    expect(restarts.every(({ signal }) => signal === "SIGKILL")).toBe(true);
  });

  test("waits shortly again after it was in good health", async () => {
    const { restarts } = start(["crash", "1"], { steadyMs: 0 });
    await eventually(() => expect(restarts.length).toBeGreaterThanOrEqual(3));
    expect(restarts.slice(0, 3).map(({ waitMs }) => waitMs)).toEqual([10, 10, 10]);
  });

  test.each([2, 3])("is not started again when it ends with %i", async (code) => {
    const { child, pids } = start(["fail", String(code)]);
    await expect(child.ready).rejects.toMatchObject({
      message: "serve does not start:\n  SLIMMER_GRPC_LISTEN=no is no address",
      exitCode: code,
    });
    await expect(child.givenUp).rejects.toMatchObject({ exitCode: code });
    expect(pids).toHaveLength(1);
  });

  test("is given up when it never gets ready", async () => {
    const { child, pids } = start(["fail", "1"]);
    await expect(child.ready).rejects.toThrow(/^serve did not start in 3 attempts:/);
    expect(pids).toHaveLength(3);
  });

  test("is killed when it does not get ready in time", async () => {
    const { child, pids } = start(["silent"], { readyMs: 100, firstAttempts: 1 });
    await expect(child.ready).rejects.toThrow(/^serve did not start/);
    expect(isAlive(pids[0])).toBe(false);
  });

  test("ends for good when it is stopped", async () => {
    const { child, pids } = start(["steady"]);
    await child.ready;
    await child.stop(5_000);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("is killed when it does not stop in time", async () => {
    const { child, pids } = start(["stubborn"]);
    await child.ready;
    await child.stop(100);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("is not started again when it is stopped while it waits", async () => {
    const { child, pids, restarts } = start(["crash", "1"], {
      backoff: { minMs: 60_000, maxMs: 60_000 },
    });
    await eventually(() => expect(restarts).toHaveLength(1));
    await child.stop(5_000);
    expect(pids).toHaveLength(1);
  });

  test("rejects its readiness when it is stopped before", async () => {
    const { child } = start(["silent"]);
    await child.stop(5_000);
    await expect(child.ready).rejects.toThrow("serve was stopped before it was ready");
  });
});
