import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../bench/support/free-port.ts";
import { eventually } from "../support/eventually.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";

let dataDir: string;
let ports: { grpc: number; ops: number; database: number };
let address: string;

beforeAll(async () => {
  dataDir = realpathSync(mkdtempSync(join(tmpdir(), "slimmer-cli-up-")));
  chmodSync(dataDir, 0o711);
  ports = { grpc: await freePort(), ops: await freePort(), database: await freePort() };
  address = `127.0.0.1:${ports.grpc}`;
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** All of slimmer for the running test, on the data of the tests before. */
async function startUp(): Promise<SlimmerProcess> {
  const up = startSlimmer(["up"], {
    SLIMMER_DATA_DIR: dataDir,
    SLIMMER_GRPC_LISTEN: address,
    SLIMMER_OPS_LISTEN: `127.0.0.1:${ports.ops}`,
    SLIMMER_EMBEDDED_PORT: String(ports.database),
    SLIMMER_LOG_LEVEL: "warn",
  });
  await up.untilItSays("slimmer is up.");
  return up;
}

const env = () => ({ SLIMMER_ADDRESS: address, SLIMMER_SYSTEM: "greenhouse" });
const run = (words: readonly string[], more: Record<string, string> = {}) =>
  slimmer(words, { ...env(), ...more });

describe("with a server that runs", () => {
  beforeEach(async () => {
    await startUp();
  });

  test("a day of a script: ping, run, fire twice, end, and a doctor that finds all well", async () => {
    expect((await run(["ping"], { SLIMMER_SYSTEM: "" })).stdout).toMatch(
      / answered in \d+\.\d ms\n$/,
    );
    const registered = await run(["run", "--sensor=door/front door/door-1"]);
    expect(registered).toEqual({
      code: 0,
      stdout: expect.stringMatching(`^${UUID}\n$`),
      stderr: "",
    });
    const inRun = { SLIMMER_RUN_ID: registered.stdout.trim() };
    expect(await run(["fire", "door/front door/door-1"], inRun)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^${UUID} stored\n$`),
    });
    const json = await run(["fire", "door/shed/door-9", "-o", "json"], inRun);
    expect(JSON.parse(json.stdout)).toMatchObject({
      stored: 1,
      activations: [{ unregistered: true }],
    });
    expect(await run(["run", "end", "--reason=night"], inRun)).toMatchObject({ code: 0 });
    const again = await run(["run", "end", "-o", "json"], inRun);
    expect(JSON.parse(again.stdout)).toMatchObject({ alreadyEnded: true });
    const doctor = await run(["doctor", "-o", "json"]);
    expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true, failed: 0, warned: 0 });
  });

  test("a job that fires belongs to one run, and its end says how it went", async () => {
    const fire = `"$0" ${ENTRY} fire door/x/1 -o json && exit 3`;
    const job = ["exec", "--sensor=door/x/1", "--", "sh", "-c", fire, process.execPath];
    const { code, stdout, stderr } = await run(job);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    const { run: runId, activations } = JSON.parse(stdout);
    expect(activations).toMatchObject([{ unregistered: false }]);
    const end = await run(["run", "end", "--run", runId, "-o", "json"]);
    expect(JSON.parse(end.stdout)).toMatchObject({ alreadyEnded: true });
  });

  test("a run of an unknown system, or one that is unknown, is refused in the server's words", async () => {
    const runId = "01a205db-3435-70d9-bb16-bcfd40bb5b20";
    for (const words of [
      ["fire", "door/x/1"],
      ["run", "end"],
    ]) {
      const { code, stdout, stderr } = await run([...words, "--run", runId]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/FAILED_PRECONDITION/);
    }
  });

  test("a demo delivers all that it fired, and its sum says so", async () => {
    const numbers = ["--systems=6", "--sensors=6", "--rate=80", "--duration=4s", "--seed=1"];
    const { code, stdout, stderr } = await run(["demo", ...numbers, "-o", "json"]);
    const { totals, systems } = JSON.parse(stdout);
    expect(totals.fired).toBeGreaterThan(100);
    expect(totals).toMatchObject({ delivered: totals.fired, refused: 0, dropped: 0 });
    expect(systems.map((one: { system: string }) => one.system)).toContain("demo-06");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^slimmer: 6 systems, demo-01 to demo-06; --seed 1\n/),
    });
  });

  test("a demo that is asked to stop delivers what waits", async () => {
    const demo = startSlimmer(["demo", "--systems=3", "--rate=100"], env());
    await demo.untilItSays("--seed");
    await eventually(async () => {
      const { code } = await run(["ping", "--system=demo-03"]);
      expect(code).toBe(0);
    });
    demo.process.kill("SIGINT");
    expect(await demo.exited).toBe(0);
    expect(demo.output()).toMatch(/\d activations? in .*, [\d,]+ delivered\n$/);
  });
});

test("what was fired while the server was away is drained once it is there, and stored once", async () => {
  const spool = mkdtempSync(join(tmpdir(), "slimmer-cli-spool-"));
  onTestFinished(() => rmSync(spool, { recursive: true, force: true }));
  const fire = ["fire", "door/x/1", "--count=2500", "--spool", spool, "--timeout=500ms"];
  expect(await run(fire)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("2,500 activations not delivered yet, but safe on disk in"),
  });
  await startUp();
  const drained = await run(["spool", "drain", spool, "-o", "json"]);
  expect(JSON.parse(drained.stdout)).toMatchObject({ delivered: 2_500, duplicates: 0, left: 0 });
  expect(drained.code).toBe(0);
});
