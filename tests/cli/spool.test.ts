import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { childEnv } from "../support/server-process.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";
import { deadAddress, newFolder } from "./places.ts";
import { startRecordingServer } from "./recording-server.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 60_000 });

/** A spool with as many activations of the greenhouse, in a run that has ended. */
async function filledSpool(count: number): Promise<string> {
  const spool = newFolder();
  const way = ["--address", await deadAddress(), "--spool", spool, "--timeout=300ms"];
  const words = ["fire", "door/x/1", "--system=greenhouse", `--count=${count}`, ...way];
  expect(await slimmer(words)).toMatchObject({ code: 1, stdout: "" });
  return spool;
}

describe("spool inspect", () => {
  test("shows what waits, by run", async () => {
    const spool = await filledSpool(3);
    const { code, stdout, stderr } = await slimmer(["spool", "inspect", spool]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^folder {7}\S+$/m);
    expect(stdout).toMatch(/^in use by {4}no process$/m);
    expect(stdout).toMatch(/^activations {2}3 on disk/m);
    expect(stdout).toMatch(/^[0-9a-f-]{36} {2}greenhouse +3 +1 {2}.* fired by slimmer fire$/m);
  });

  test("is JSON where that is asked for", async () => {
    const spool = await filledSpool(2);
    const { stdout } = await slimmer(["spool", "inspect", spool, "--output=json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      totals: { records: 2, lost: 0 },
      runs: [{ systemId: "greenhouse", records: 2, sensors: 1 }],
    });
  });

  test("of a folder without a spool ends with 1 and one sentence", async () => {
    const folder = newFolder();
    const { code, stdout, stderr } = await slimmer(["spool", "inspect", join(folder, "none")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^slimmer: There is no spool in .*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("spool drain", () => {
  test("sends all of it, with its run and its end, and leaves nothing", async () => {
    const server = await startRecordingServer();
    const spool = await filledSpool(1_200);
    const { code, stdout } = await slimmer(["spool", "drain", spool, "--address", server.address]);
    expect(stdout.split("\n")).toEqual([
      "delivered  1200",
      "refused    0",
      "dropped    0",
      "left       0",
      "",
    ]);
    expect(code).toBe(0);
    expect(server.activations).toHaveLength(1_200);
    expect(server.runs).toMatchObject([{ system_id: "greenhouse" }]);
    expect(server.ends).toMatchObject([{ run_id: server.runs[0]?.run_id }]);
    const again = await slimmer(["spool", "drain", spool, "-o", "json"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, left: 0 });
  });

  test("where nobody answers ends with 1, and keeps everything", async () => {
    const spool = await filledSpool(5);
    const way = ["--address", await deadAddress(), "--timeout=300ms"];
    const { code, stderr } = await slimmer(["spool", "drain", spool, ...way]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/did not answer: UNAVAILABLE/);
    const { stdout } = await slimmer(["spool", "inspect", spool, "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ totals: { records: 5 } });
  });

  test("leaves a spool alone that a living process uses", async () => {
    const server = await startRecordingServer();
    const spool = await filledSpool(1);
    const child = spawn(process.execPath, [ENTRY, "exec", "--spool", spool, "sleep", "60"], {
      cwd: ROOT,
      env: childEnv({ SLIMMER_ADDRESS: server.address, SLIMMER_SYSTEM: "greenhouse" }),
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    // It still writes into the folder that goes next.
    onTestFinished(async () => {
      child.kill("SIGTERM");
      await ended;
    });
    await eventually(() => expect(server.activations).toHaveLength(1));
    const { code, stdout, stderr } = await slimmer(["spool", "drain", spool]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^slimmer: process ${child.pid} uses .*; .* end that first`));
  });
});
