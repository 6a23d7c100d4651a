import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { childEnv } from "../support/server-process.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";
import { deadAddress, newFolder } from "./places.ts";
import { startRecordingServer } from "./recording-server.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 60_000 });

const way = (address: string) => ({ SLIMMER_ADDRESS: address, SLIMMER_SYSTEM: "greenhouse" });

describe("exec", () => {
  test.each<[string, string[], number, string]>([
    ["ends well", ["true"], 0, "exit 0"],
    ["fails", ["sh", "-c", "exit 3"], 3, "exit 3"],
    ["is killed", ["sh", "-c", "kill -KILL $$"], 137, "SIGKILL"],
    ["is missing", ["no-such-command-anywhere"], 127, "can't start: ENOENT"],
    ["may not be run", [`${ROOT}/package.json`], 126, "can't start: EACCES"],
  ])("of a command that %s exits as it, and ends the run with the reason", async (...args) => {
    const [, command, status, reason] = args;
    const server = await startRecordingServer();
    const { code } = await slimmer(["exec", "--", ...command], way(server.address));
    expect(code).toBe(status);
    expect(server.ends).toMatchObject([{ run_id: server.runs[0]?.run_id, reason }]);
  });

  test("hands its command the standard streams, its words, and the way to its run", async () => {
    const server = await startRecordingServer();
    const script =
      'echo "$1 $SLIMMER_ADDRESS $SLIMMER_SYSTEM $SLIMMER_RUN_ID $SLIMMER_SPOOL"; echo oops >&2';
    const words = [
      "exec",
      "--sensor=door/x/1",
      "--spool",
      newFolder(),
      "sh",
      "-c",
      script,
      "sh",
      "-o",
    ];
    const { code, stdout, stderr } = await slimmer(words, way(server.address));
    const [run] = server.runs;
    expect(stdout).toBe(`-o ${server.address} greenhouse ${run?.run_id} \n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "oops\n" });
    expect(run?.entities).toMatchObject([{ category: "door", name: "x", identity: "1" }]);
  });

  test("has what is fired inside belong to its run", async () => {
    const server = await startRecordingServer();
    const inner = [process.execPath, ENTRY, "fire", "door/x/1"];
    const words = ["exec", "--sensor=door/x/1", "--", ...inner];
    expect(await slimmer(words, way(server.address))).toMatchObject({ code: 0, stderr: "" });
    expect(server.runs).toHaveLength(1);
    expect(server.activations).toMatchObject([{ run_id: server.runs[0]?.run_id }]);
    expect(server.ends).toHaveLength(1);
  });

  test("runs its command though nobody answers, with a warning", async () => {
    const address = await deadAddress();
    const words = ["exec", "--timeout=500ms", "--", "sh", "-c", "echo done; exit 4"];
    const { code, stdout, stderr } = await slimmer(words, way(address));
    expect({ code, stdout }).toEqual({ code: 4, stdout: "done\n" });
    expect(stderr).toContain(`slimmer: warning: ${address} does not know run `);
    expect(stderr).toMatch(/does not know the end of run .* \(exit 4\)\n$/);
  });

  test("runs its command though its spool is no folder", async () => {
    const server = await startRecordingServer();
    const words = ["exec", "--spool=package.json", "--", "echo", "done"];
    const { code, stdout, stderr } = await slimmer(words, way(server.address));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "done\n" });
    expect(stderr).toContain("slimmer: warning: the command runs without a run of greenhouse: ");
  });

  test("runs nothing on a wrong command line", async () => {
    const words = ["exec", "--sensor=x", "--label=y", "--", "echo", "done"];
    const { code, stdout, stderr } = await slimmer(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^slimmer: 3 things are wrong:\n {2}--system .*\n {2}--sensor .*\n {2}--label/,
    );
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("hands %s on to its command", async (signal, status) => {
    const server = await startRecordingServer();
    const child = startExec(server.address, ["sleep", "60"]);
    const ended = once(child, "exit");
    await eventually(() => expect(server.runs).toHaveLength(1));
    child.kill(signal);
    expect(await ended).toEqual([status, null]);
    expect(server.ends).toMatchObject([{ reason: signal }]);
  });

  test("waits for a command that takes its time after a signal", async () => {
    const server = await startRecordingServer();
    const script = "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    const child = startExec(server.address, ["sh", "-c", script]);
    const ended = once(child, "exit");
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    await eventually(() => expect(output).toBe("ready\n"));
    child.kill("SIGTERM");
    expect(await ended).toEqual([9, null]);
    expect(server.ends).toMatchObject([{ reason: "exit 9" }]);
  });
});

function startExec(address: string, command: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [ENTRY, "exec", "--", ...command], {
    cwd: ROOT,
    env: childEnv(way(address)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}
