import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FsyncPolicy } from "../../../src/client/options.ts";
import { compile } from "../../supervisor/compiled.ts";
import { spoolFolder, takeAll } from "./spool-folder.ts";

const APPENDER = fileURLToPath(new URL("fixtures/appender.mjs", import.meta.url));
const IDLER = fileURLToPath(new URL("fixtures/idler.mjs", import.meta.url));

const place = spoolFolder();
let compiled: string;

beforeAll(() => {
  compiled = compile([join("client", "spool", "open-spool.ts")]);
}, 60_000);

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** A process that appends to the spool, with the lines it has said. */
function startAppender(fsync: FsyncPolicy = "never") {
  const child = spawn(process.execPath, [APPENDER, compiled, place.dir, fsync], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  /** Whole lines only. */
  const lines = () => said.split("\n").slice(0, -1);
  return {
    child,
    lines,
    ended,
    async saved(count: number): Promise<void> {
      await expect
        .poll(() => lines().filter((line) => line.startsWith("saved")).length, { timeout: 10_000 })
        .toBeGreaterThanOrEqual(count);
    },
    async kill(): Promise<string[]> {
      child.kill("SIGKILL");
      await ended;
      return lines()
        .filter((line) => line.startsWith("saved"))
        .map((line) => line.slice("saved ".length));
    },
  };
}

describe("a process that is killed in the middle of appending", () => {
  for (const fsync of ["never", "interval", "record"] as const) {
    test(`loses nothing whose append returned (${fsync})`, async () => {
      const saved: string[] = [];
      for (const count of [1, 150, 700]) {
        const appender = startAppender(fsync);
        await appender.saved(count);
        saved.push(...(await appender.kill()));
        expect(appender.lines().filter((line) => !/^(open|saved) /.test(line))).toEqual([]);
      }
      const spool = await place.open();
      const ids = (await takeAll(spool)).map(({ activationId }) => activationId);
      // One record of each process may have been written and not been told of any more.
      expect(ids.filter((id) => saved.includes(id))).toEqual(saved);
      expect(ids.length).toBeLessThanOrEqual(saved.length + 3);
      expect(new Set(ids).size).toBe(ids.length);
      expect(place.damaged).toEqual([]);
      await spool.close();
    }, 30_000);
  }
});

test("a process with an open spool ends when it has nothing else to do", async () => {
  const child = spawn(process.execPath, [IDLER, compiled, place.dir], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  const spool = await place.open();
  expect(spool.waiting).toBe(1);
  await spool.close();
}, 20_000);

describe("two processes", () => {
  test("never own a folder at the same time; the next has it when the first is killed", async () => {
    const first = startAppender();
    await first.saved(1);
    await expect(place.open()).rejects.toMatchObject({
      code: "SPOOL_IN_USE",
      message: expect.stringContaining(`(pid ${first.child.pid})`),
    });
    const second = startAppender();
    await second.ended;
    expect(second.lines()).toEqual([expect.stringMatching(/^failed SPOOL_IN_USE /)]);
    const saved = await first.kill();
    const spool = await place.open();
    expect(spool.waiting).toBeGreaterThanOrEqual(saved.length);
    await spool.close();
  }, 30_000);

  test("that start at once over a folder of a killed one: one has it", async () => {
    const dead = startAppender();
    await dead.saved(1);
    await dead.kill();
    const all = Array.from({ length: 4 }, () => startAppender());
    const losers = () => all.filter(({ lines }) => lines()[0]?.startsWith("failed SPOOL_IN_USE"));
    await expect.poll(() => losers().length, { timeout: 15_000 }).toBe(3);
    const winners = all.filter((one) => !losers().includes(one));
    await winners[0]?.saved(1);
    await Promise.all(all.map((one) => one.kill()));
  }, 30_000);
});
