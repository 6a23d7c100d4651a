import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { eventually } from "../support/eventually.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";
import { deadAddress, newFolder, startSilentServer } from "./places.ts";
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
    expect(readdirSync(dirname(file))).toEqual(["all.csv"]);
  });

  test("beside another of the same name writes a file of its own: the last one has the name", async () => {
    const first = deferred<() => void>();
    const { address } = await startScriptedReader(
      {},
      {
        exports: (call, count) => {
          call.write({ data: Buffer.from(`${count},`.repeat(9)), rows: 0 });
          const end = () => {
            call.write({ data: Buffer.from(`${count}.`), rows: 1 });
            call.end();
          };
          if (count === 1) first.resolve(end);
          else end();
        },
      },
    );
    const file = join(newFolder(), "all.csv");
    const words = ["export", `--to=${file}`, `--address=${address}`];
    const slow = slimmer(words);
    const end = await first.promise;
    expect(await slimmer(words)).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toBe(`${"2,".repeat(9)}2.`);
    end();
    expect(await slow).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toBe(`${"1,".repeat(9)}1.`);
    expect(readdirSync(dirname(file))).toEqual(["all.csv"]);
  });

  test("by a link writes the file that it leads to, also a new one, and keeps who may read it", async () => {
    const { address } = await startScriptedReader({}, { exports: whole });
    const [folder, other] = [newFolder(), newFolder()];
    writeFileSync(join(other, "old.csv"), "of yesterday", { mode: 0o600 });
    for (const name of ["old.csv", "new.csv"]) {
      const link = join(folder, name);
      symlinkSync(relative(folder, join(other, name)), link);
      const { code } = await slimmer(["export", `--to=${link}`, `--address=${address}`]);
      expect(code).toBe(0);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(other, name), "utf8")).toBe("a,b\r\n1,ä\r\n");
    }
    expect(statSync(join(other, "old.csv")).mode & 0o777).toBe(0o600);
    expect(readdirSync(other)).toEqual(["new.csv", "old.csv"]);
  });

  test("to a device, a pipe or a folder is wrong, and calls nobody", async () => {
    const { address, requests } = await startScriptedReader({}, { exports: whole });
    const folder = newFolder();
    const pipe = join(folder, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    for (const [file, problem] of [
      ["/dev/null", "is no regular file"],
      [pipe, "is no regular file"],
      [folder, "is a folder"],
    ] as const) {
      const { code, stderr } = await slimmer(["export", `--to=${file}`, `--address=${address}`]);
      expect(code).toBe(2);
      expect(stderr).toContain(`slimmer: --to=${file} ${problem}`);
    }
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(statSync(pipe).isFIFO()).toBe(true);
    expect(requests).toEqual([]);
  });

  test("that breaks leaves the file alone, says what happened, and ends with 1", async () => {
    const { address, requests } = await startScriptedReader({}, { exports: broken });
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, "of yesterday");
    const { code, stderr } = await slimmer(["export", `--to=${file}`, `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${address} did not answer: UNAVAILABLE: the database is away`);
    expect(stderr).toContain(`the export broke after 3 activations: ${file} is as it was before`);
    expect(readFileSync(file, "utf8")).toBe("of yesterday");
    expect(readdirSync(dirname(file))).toEqual(["all.csv"]);
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
    await eventually(() => {
      const [part = ""] = readdirSync(dirname(file));
      expect(part).toMatch(/^all\.csv\.[0-9a-f]{8}\.part$/);
      expect(readFileSync(join(dirname(file), part), "utf8")).toBe("a,b\r\n");
    });
    child.kill("SIGINT");
    expect(await ended).toEqual([1, null]);
    expect(stderr).toMatch(
      /^slimmer: interrupted after 0 activations: .*all\.csv is as it was before\n$/,
    );
    expect(readdirSync(dirname(file))).toEqual([]);
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

  test("where nobody answers ends after the timeout, and leaves nothing", async () => {
    const { address } = await startSilentServer();
    const folder = newFolder();
    const words = ["export", `--to=${join(folder, "all.csv")}`, `--address=${address}`];
    expect(await slimmer([...words, "--timeout=200ms"])).toEqual({
      code: 1,
      stdout: "",
      stderr: `slimmer: ${address} did not answer within 200ms\n`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("where nobody listens says so at once", async () => {
    const address = await deadAddress();
    const { code, stderr } = await slimmer(["export", `--address=${address}`, "--timeout=5m"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`slimmer: ${address} did not answer: UNAVAILABLE: `);
  });

  test("to a folder that is not there is a sentence", async () => {
    const { address } = await startScriptedReader({}, { exports: whole });
    const file = join(newFolder(), "none", "all.csv");
    const { code, stderr } = await slimmer(["export", `--to=${file}`, `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^slimmer: can't write .*all\.csv: ENOENT: no such file or directory, .*\n$/,
    );
  });
});

describe("a full disk", () => {
  const lines = Buffer.from(`${"x".repeat(99)}\n`.repeat(15));
  const large: Streams["exports"] = (call) => {
    call.write({ data: lines, rows: 15 });
    call.end();
  };

  /** As if no file could have more than one KiB: the write that passes it is cut off, and the next one fails. */
  async function inSmallFiles(command: string): Promise<{ stderr: string; code: string }> {
    const shell = `ulimit -f 1; ${command}; echo $?`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", shell], { cwd: ROOT });
    return { stderr, code: stdout.trim() };
  }

  test("behind standard output is a sentence, and no success, whatever writes there", async () => {
    const { address } = await startScriptedReader({}, { exports: whole });
    for (const words of [`export --address ${address}`, "completion bash", "--help"]) {
      const command = `${process.execPath} ${ENTRY} ${words} > /dev/full; echo $?`;
      const { stdout, stderr } = await promisify(execFile)("bash", ["-c", command], { cwd: ROOT });
      expect({ words, stdout, stderr }).toEqual({
        words,
        stdout: "1\n",
        stderr:
          "slimmer: can't write standard output: ENOSPC: no space left on device, write; what was written is not the whole\n",
      });
    }
  });

  test("behind a file of standard output is no success, where it takes a part of the last piece", async () => {
    const { address } = await startScriptedReader({}, { exports: large });
    const file = join(newFolder(), "all.csv");
    expect(
      await inSmallFiles(`${process.execPath} ${ENTRY} export --address ${address} > ${file}`),
    ).toEqual({
      code: "1",
      stderr:
        "slimmer: can't write standard output: EFBIG: file too large, write; what was written is not the whole\n",
    });
    expect(readFileSync(file)).toEqual(lines.subarray(0, 1_024));
  });

  test("behind a file leaves it as it was, and says so", async () => {
    const twice: Streams["exports"] = (call) => {
      call.write({ data: Buffer.from("a,b\r\n"), rows: 3 });
      large(call, 1);
    };
    const { address } = await startScriptedReader({}, { exports: twice });
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, "of yesterday");
    const { code, stderr } = await inSmallFiles(
      `${process.execPath} ${ENTRY} export --to ${file} --address ${address}`,
    );
    expect(code).toBe("1");
    expect(stderr).toBe(
      `slimmer: can't write ${file}: EFBIG: file too large, write\nslimmer: the export broke after 3 activations: ${file} is as it was before\n`,
    );
    expect(readFileSync(file, "utf8")).toBe("of yesterday");
    expect(readdirSync(dirname(file))).toEqual(["all.csv"]);
  });
});
