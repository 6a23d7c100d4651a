import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";
import { newFolder } from "./places.ts";
import { refusal, type Streams, startScriptedReader } from "./scripted-reader.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 30_000 });

const whole: Streams["exports"] = (call) => {
  call.write({ data: Buffer.from("a,b\r\n1,"), rows: 0 });
  call.write({ data: Buffer.from("ä\r\n"), rows: 1 });
  call.end();
};

const broken: Streams["exports"] = (call) => {
  call.write({ data: Buffer.from("a,b\r\n1,"), rows: 3 });
  call.emit("error", refusal(status.UNAVAILABLE, "the database is away"));
};

describe("export", () => {
  test("writes the bytes to standard output, and nothing else", async () => {
    const { address, requests } = await startScriptedReader({}, { exports: whole });
    expect(
      await slimmer(["export", "greenhouse", "--format=ndjson", `--address=${address}`]),
    ).toEqual({ code: 0, stdout: "a,b\r\n1,ä\r\n", stderr: "" });
    expect(requests[0]?.request).toMatchObject({ system_id: "greenhouse", format: "NDJSON" });
  });

  test("gives a file its name once it is whole", async () => {
    const { address } = await startScriptedReader({}, { exports: whole });
    const file = join(newFolder(), "all.csv");
    const { code, stdout, stderr } = await slimmer([
      "export",
      `--to=${file}`,
      `--address=${address}`,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/all\.csv: 1 activation, 11 bytes, \d+\.\d s\n$/);
    expect(readFileSync(file, "utf8")).toBe("a,b\r\n1,ä\r\n");
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  test("that breaks leaves the file alone, says what happened, and ends with 1", async () => {
    const { address, requests } = await startScriptedReader({}, { exports: broken });
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, "of yesterday");
    const { code, stderr } = await slimmer(["export", `--to=${file}`, `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${address} did not answer: UNAVAILABLE: the database is away`);
    expect(stderr).toContain(`the export broke after 3 activations: what came is in ${file}.part`);
    expect(readFileSync(file, "utf8")).toBe("of yesterday");
    expect(readFileSync(`${file}.part`, "utf8")).toBe("a,b\r\n1,");
    expect(requests).toHaveLength(1);
  });

  test("that breaks on standard output says that it is not the whole", async () => {
    const { address } = await startScriptedReader({}, { exports: broken });
    const { code, stdout, stderr } = await slimmer(["export", `--address=${address}`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "a,b\r\n1," });
    expect(stderr).toContain("what was written is not the whole");
  });

  test("that is interrupted ends with 1, and leaves the file alone", async () => {
    const { address } = await startScriptedReader(
      {},
      { exports: (call) => void call.write({ data: Buffer.from("a,b\r\n"), rows: 0 }) },
    );
    const file = join(newFolder(), "all.csv");
    const { PATH = "", HOME = "" } = process.env;
    const words = ["export", `--to=${file}`, `--address=${address}`];
    const child = spawn(process.execPath, [ENTRY, ...words], { cwd: ROOT, env: { PATH, HOME } });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = once(child, "close");
    await eventually(() => expect(readFileSync(`${file}.part`, "utf8")).toBe("a,b\r\n"));
    child.kill("SIGINT");
    expect(await ended).toEqual([1, null]);
    expect(stderr).toMatch(/^slimmer: interrupted after 0 activations: .*part\n$/);
    expect(existsSync(file)).toBe(false);
  });

  test("ends quietly when its pipe is closed", () => {
    // As many lines as no pipe holds.
    const line = Buffer.from(`${"x".repeat(99)}\n`.repeat(1_000));
    return startScriptedReader(
      {},
      {
        exports: (call) => {
          const more = () => call.cancelled || call.write({ data: line, rows: 1 }, more);
          more();
        },
      },
    ).then(async ({ address }) => {
      const command = `${process.execPath} ${ENTRY} export --address ${address} | head -c 5; echo $?-\${PIPESTATUS[0]}`;
      const { stdout, stderr } = await promisify(execFile)("bash", ["-c", command], { cwd: ROOT });
      expect({ stdout, stderr }).toEqual({ stdout: "xxxxx0-0\n", stderr: "" });
    });
  });

  test("to a folder that is not there is a sentence", async () => {
    const { address } = await startScriptedReader({}, { exports: whole });
    const file = join(newFolder(), "none", "all.csv");
    const { code, stderr } = await slimmer(["export", `--to=${file}`, `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slimmer: ENOENT: no such file or directory, open .*\n$/);
  });
});
