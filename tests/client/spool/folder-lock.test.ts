import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockFolder, ownerOf } from "../../../src/client/spool/folder-lock.ts";
import { processIdentity } from "../../../src/client/spool/process-identity.ts";
import { spoolFolder } from "./spool-folder.ts";

const place = spoolFolder();
let other: ChildProcess;

beforeEach(() => {
  other = spawn("sleep", ["600"]);
});

afterEach(() => {
  other.kill("SIGKILL");
});

/** The lock file that a process has made. */
function lockOf(pid: number, identity = processIdentity(pid) as string): string {
  const print = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  return `lock.${pid}.${print}.00000000`;
}

describe("the lock of a folder", () => {
  test("is refused while its owner lives, and had when it is gone", async () => {
    const pid = other.pid as number;
    writeFileSync(place.path(lockOf(pid)), "");
    expect(await ownerOf(place.dir)).toBe(pid);
    await expect(lockFolder(place.dir, { waitMs: 50 })).rejects.toMatchObject({ pid });
    const taking = lockFolder(place.dir, { waitMs: 10_000 });
    other.kill("SIGKILL");
    (await taking).release();
    expect(readdirSync(place.dir)).toEqual([]);
  });

  test("is had when the pid of its owner belongs to another process by now", async () => {
    writeFileSync(place.path(lockOf(other.pid as number, "another-boot/1")), "");
    expect(await ownerOf(place.dir)).toBeUndefined();
    await lockFolder(place.dir);
    expect(await ownerOf(place.dir)).toBe(process.pid);
    expect(readdirSync(place.dir)).toHaveLength(1);
  });

  test("goes to exactly one of many who want it at once", async () => {
    writeFileSync(place.path("lock.999999999.0123456789abcdef.01234567"), "");
    const taken = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockFolder(place.dir, { waitMs: 300 })),
    );
    expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(place.dir)).toHaveLength(1);
  });

  test("keeps a second client of the same process out, in a sentence", async () => {
    const spool = await place.open();
    await expect(place.open()).rejects.toMatchObject({
      code: "SPOOL_IN_USE",
      isRetryable: true,
      message: `This process itself (pid ${process.pid}) has the spool in ${place.dir} open: close that client, or give each client a folder of its own.`,
    });
    await spool.close();
    await (await place.open()).close();
  });

  test("names the other process that has it", async () => {
    writeFileSync(place.path(lockOf(other.pid as number)), "");
    await expect(place.open()).rejects.toMatchObject({
      code: "SPOOL_IN_USE",
      message: `Another process (pid ${other.pid}) has the spool in ${place.dir} open: end it, or give each client a folder of its own.`,
    });
  });
});
