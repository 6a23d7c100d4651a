import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LockHeld, takePidLock } from "../../src/embedded/pid-lock.ts";
import { processIdentity } from "../../src/embedded/process-identity.ts";

let folder: string;
let file: string;
let other: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slimmer-lock-"));
  file = join(folder, "up.lock");
  other = spawn("sleep", ["600"]);
});

afterEach(() => {
  other.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

describe("a pid lock", () => {
  test("is held while its holder lives", async () => {
    writeFileSync(file, `${other.pid}\n${processIdentity(other.pid as number)}\n`);
    const taking = takePidLock(file);
    await expect(taking).rejects.toThrow(LockHeld);
    await expect(taking).rejects.toMatchObject({ pid: other.pid });
  });

  test("is waited for", async () => {
    writeFileSync(file, `${other.pid}\n${processIdentity(other.pid as number)}\n`);
    const taking = takePidLock(file, { waitMs: 10_000 });
    other.kill("SIGKILL");
    await (await taking).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is taken over when its pid belongs to another process by now", async () => {
    writeFileSync(file, `${other.pid}\nanother-boot/1\n`);
    await takePidLock(file);
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`^${process.pid}\n`));
    expect(readdirSync(folder)).toEqual(["up.lock"]);
  });

  test("goes to one of many who find it stale", async () => {
    writeFileSync(file, "999999999\ngone\n");
    const taken = await Promise.allSettled(Array.from({ length: 20 }, () => takePidLock(file)));
    expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
