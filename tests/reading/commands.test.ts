import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";

// Each command is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 90_000 });

const serving = useServer();

test("the commands that look find what the commands that record have stored", async () => {
  const { address } = serving();
  const way = `--address=${address}`;
  const folder = mkdtempSync(join(tmpdir(), "slimmer-commands-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cursorFile = join(folder, "cursor");

  const sensors = ["--sensor=door/hall/1", "--sensor=door/hall/2"];
  const registered = await slimmer(["run", "--system=greenhouse", ...sensors, way]);
  const run = registered.stdout.trim();

  const words = [ENTRY, "watch", "greenhouse", "--output=json", `--cursor-file=${cursorFile}`, way];
  const watch = spawn(process.execPath, words, { cwd: ROOT });
  onTestFinished(() => void watch.kill("SIGKILL"));
  let seen = "";
  watch.stdout.on("data", (chunk) => {
    seen += chunk;
  });
  watch.stderr.pipe(process.stderr);
  // From here on it misses nothing.
  await eventually(() => expect(readFileSync(cursorFile, "utf8")).not.toBe(""));

  const fired = ["fire", "--system=greenhouse", `--run=${run}`, "--count=3", way];
  expect(await slimmer([...fired, "door/hall/1", "--attribute=opened=true"])).toMatchObject({
    code: 0,
  });
  await slimmer([...fired, "door/yard/9"]);

  await eventually(() => expect(seen.trim().split("\n")).toHaveLength(6));
  const ended = once(watch, "exit");
  watch.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  const again = await slimmer(["activations", "greenhouse", "--output=json", way]);
  const stored = JSON.parse(again.stdout).activations;
  const watched = seen
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const byId = (a: { activation_id: string }, b: { activation_id: string }) =>
    a.activation_id.localeCompare(b.activation_id);
  expect(watched.sort(byId)).toEqual(stored.sort(byId));

  const few = await slimmer(["activations", "--unregistered", "--limit=2", "--since=1h", way]);
  expect(few.stdout.trim().split("\n")).toHaveLength(3);
  expect(few.stderr).toBe("slimmer: there are more activations: --limit 0 shows all\n");

  const systems = await slimmer(["systems", "--output=json", way]);
  expect(JSON.parse(systems.stdout).systems).toMatchObject([
    { system_id: "greenhouse", fired_count: "6", current_run: { run_id: run } },
  ]);
  expect((await slimmer(["systems", "greenhouse", way])).stdout).toContain("1 of 2 sensors fired");
  const told = await slimmer(["runs", "greenhouse", run, way]);
  expect(told.stdout).toContain("1 of 2 listed sensors fired; never: door/hall/2.");
  expect(told.stdout).toContain("1 sensor fired without being listed: door/yard/9.");
  const listed = await slimmer(["sensors", "greenhouse", "--output=csv", way]);
  expect(listed.stdout.split("\r\n").slice(1, 4)).toEqual([
    expect.stringMatching(/^greenhouse,door,hall,2,NEVER_FIRED,true,/),
    expect.stringMatching(/^greenhouse,door,yard,9,UNREGISTERED,false,/),
    expect.stringMatching(/^greenhouse,door,hall,1,NONE,true,/),
  ]);
  expect((await slimmer(["sensors", "greenhouse", "door/hall/1", way])).stdout).toMatch(/^gaps /m);

  const file = join(folder, "all.csv");
  const exported = await slimmer(["export", "greenhouse", `--to=${file}`, way]);
  expect(exported.code).toBe(0);
  const lists = await slimmer(["activations", "greenhouse", "--output=csv", way]);
  expect(readFileSync(file, "utf8")).toBe(lists.stdout);

  const nobody = await slimmer(["systems", "attic", way]);
  expect(nobody).toMatchObject({ code: 1, stdout: "" });
  const wrong = await slimmer(["activations", "greenhouse", `--category=${"x".repeat(300)}`, way]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("--category ");
  const foreign = await slimmer(["watch", "--cursor=AAAA", way]);
  expect(foreign).toMatchObject({ code: 2, stdout: "" });
  expect(foreign.stderr).toContain("--cursor ");
});
