import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../src/embedded/cluster.ts";
import { compile } from "../supervisor/compiled.ts";

const script = fileURLToPath(new URL("fixtures/start-and-stop.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;
const log = { info: () => {}, warn: () => {} };

/** Who runs the script: this user, or somebody harmless where this is root. */
const user = isRoot ? nobody() : undefined;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slimmer-user-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function nobody(): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8").match(/^nobody:[^:]*:(\d+):(\d+):/m);
  if (!line) throw new Error("there is no user nobody");
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

describe("the embedded PostgreSQL of a normal user", () => {
  test("starts and stops, twice", { timeout: 60_000 }, ({ skip }) => {
    const reach = spawnSync(process.execPath, [script, "node:path"], { ...user, cwd: "/" });
    if (reach.error || /EACCES|MODULE_NOT_FOUND/.test(String(reach.stderr))) {
      skip("the clone or Node is in a folder that only root may enter");
    }
    const compiled = compile(["embedded/cluster.ts"]);
    try {
      if (user) chownSync(folder, user.uid, user.gid);
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [script, join(compiled, "embedded/cluster.js"), folder],
        { ...user, cwd: "/", encoding: "utf8" },
      );
      const uid = user?.uid ?? process.getuid?.();
      expect({ stdout, stderr, status }).toEqual({
        stdout: `first ${uid}\nsecond ${uid}\n`,
        stderr: "",
        status: 0,
      });
      expect(statSync(join(folder, "postgres")).uid).toBe(uid);
    } finally {
      rmSync(compiled, { recursive: true, force: true });
    }
  });
});

describe.runIf(isRoot)("the embedded PostgreSQL of root", () => {
  test("runs as another user, and gives it only its own folder", { timeout: 60_000 }, async () => {
    chmodSync(folder, 0o711);
    const postgres = await startEmbeddedPostgres({ dataDir: folder, port: 0, log });
    try {
      const uid = Number(
        /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${postgres.pid}/status`, "utf8"))?.[1],
      );
      expect(uid).toBeGreaterThan(0);
      expect(statSync(join(folder, "postgres")).uid).toBe(uid);
      expect(statSync(join(folder, "password")).uid).toBe(0);
    } finally {
      await postgres.stop();
    }
  });

  test("says so when that user can't enter the data folder", async () => {
    chmodSync(folder, 0o700);
    await expect(startEmbeddedPostgres({ dataDir: folder, port: 0, log })).rejects.toThrow(
      /^PostgreSQL refuses to run as root and so runs as user \w+, who can't reach .*; set SLIMMER_DATA_DIR to a folder that/,
    );
  });
});
