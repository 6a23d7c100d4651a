import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT } from "../support/source-files.ts";
import { newFile, newFolder, startSilentServer } from "./places.ts";
import { activation, refusal, startScriptedReader } from "./scripted-reader.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 30_000 });

type Started = {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number>;
};

function start(...words: string[]): Started {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [ENTRY, ...words], { cwd: ROOT, env: { PATH, HOME } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = once(child, "close").then(([code]) => code as number);
  return { child, out: () => out, err: () => err, ended };
}

const idsOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => Number(JSON.parse(line).activation_id.slice(-12)));

describe("watch", () => {
  test("prints what comes, and ends with 0 by Ctrl-C", async () => {
    const { address, requests } = await startScriptedReader(
      {},
      {
        watch: (call) => {
          call.write({ activations: [activation(1)], cursor: "c1" });
          call.write({ activations: [], cursor: "c1" });
        },
      },
    );
    const { child, out, err, ended } = start(
      "watch",
      "greenhouse",
      "--late",
      "--recent=5",
      `--address=${address}`,
    );
    await eventually(() => expect(out()).toContain("door-1"));
    expect(out()).toMatch(/^time +system +sensor/);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(err()).toBe("");
    expect(requests[0]?.request).toMatchObject({
      system_id: "greenhouse",
      recent: 5,
      late: true,
      cursor: "",
    });
  });

  test("finds a server again, misses nothing, and prints nothing twice", async () => {
    const first = await startScriptedReader(
      {},
      {
        watch: (call) => {
          call.write({ activations: [activation(1), activation(2)], cursor: "c2" });
        },
      },
    );
    const { child, out, err, ended } = start(
      "watch",
      "--output=json",
      `--address=${first.address}`,
    );
    await eventually(() => expect(idsOf(out())).toEqual([1, 2]));
    first.stop();
    await eventually(() => expect(err()).toContain("trying again"));
    const port = Number(first.address.split(":")[1]);
    const second = await startScriptedReader(
      {},
      {
        port,
        watch: (call) => {
          call.write({ activations: [activation(2), activation(3)], cursor: "c3" });
        },
      },
    );
    await eventually(() => expect(idsOf(out())).toEqual([1, 2, 3]), { timeoutMs: 15_000 });
    expect(second.requests[0]?.request).toMatchObject({ cursor: "c2", recent: 0 });
    expect(err().trim().split("\n")).toEqual([
      expect.stringMatching(/^slimmer: lost 127.0.0.1:\d+ at .*Z: [A-Z_]+: .*; trying again$/),
      expect.stringMatching(/^slimmer: 127.0.0.1:\d+ is back after \d+/),
    ]);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("prints what two systems have fired under the same id", async () => {
    const { address } = await startScriptedReader(
      {},
      {
        watch: (call) => {
          const attic = activation(1, { system_id: "attic" });
          call.write({ activations: [activation(1), attic], cursor: "c1" });
          call.write({ activations: [attic, activation(2)], cursor: "c2" });
        },
      },
    );
    const { out } = start("watch", "--output=json", `--address=${address}`);
    await eventually(() => expect(idsOf(out())).toEqual([1, 1, 2]));
    expect(out()).toContain('"attic"');
  });

  test("goes on after a server that shuts down, and after one that ends the stream", async () => {
    const { address, requests } = await startScriptedReader(
      {},
      {
        watch: (call, count) => {
          call.write({ activations: [activation(count)], cursor: `c${count}` });
          if (count === 1) call.emit("error", refusal(status.UNAVAILABLE, "shutting down"));
          if (count === 2) call.end();
        },
      },
    );
    const { out, err } = start("watch", "--output=json", `--address=${address}`);
    await eventually(() => expect(idsOf(out())).toEqual([1, 2, 3]), { timeoutMs: 15_000 });
    expect(requests.map(({ request }) => request.cursor)).toEqual(["", "c1", "c2"]);
    expect(err()).toContain("UNAVAILABLE: shutting down; trying again");
    expect(err()).toContain("the server ended the stream; trying again");
  });

  test("does not come back to a server that refuses", async () => {
    const { address } = await startScriptedReader(
      {},
      {
        watch: (call, count) => {
          if (count === 1) call.write({ activations: [], cursor: "c1" });
          const code = count === 1 ? status.UNAVAILABLE : status.PERMISSION_DENIED;
          call.emit("error", refusal(code, "not you"));
        },
      },
    );
    const { code, stderr } = await slimmer(["watch", `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${address} refused: PERMISSION_DENIED: not you`);
  });

  test("where nobody answers ends after the timeout, or by Ctrl-C before", async () => {
    const { address } = await startSilentServer();
    expect(await slimmer(["watch", `--address=${address}`, "--timeout=200ms"])).toEqual({
      code: 1,
      stdout: "",
      stderr: `slimmer: ${address} did not answer within 200ms\n`,
    });
    const other = await startSilentServer();
    const { child, err, ended } = start("watch", `--address=${other.address}`, "--timeout=5m");
    await other.connected;
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(err()).toBe("");
  });

  test("that got nothing from its first connection says which server that was", async () => {
    const { address } = await startScriptedReader({}, { watch: (call) => void call.end() });
    const { code, stderr } = await slimmer(["watch", `--address=${address}`]);
    expect(code).toBe(1);
    expect(stderr).toBe(`slimmer: ${address} did not answer: the server ended the stream\n`);
  });

  test("sends the token that its file has when it connects, or the one before where there is none", async () => {
    const file = newFile("token", "first\n");
    const texts = ["second\n", "", "fourth\n"];
    const { address, requests } = await startScriptedReader(
      {},
      {
        watch: (call, count) => {
          call.write({ activations: [activation(count)], cursor: `c${count}` });
          const text = texts[count - 1];
          if (text === undefined) return;
          writeFileSync(file, text);
          call.emit("error", refusal(status.UNAVAILABLE, "shutting down"));
        },
      },
    );
    const { out } = start("watch", "--output=json", `--token-file=${file}`, `--address=${address}`);
    await eventually(() => expect(idsOf(out())).toEqual([1, 2, 3, 4]), { timeoutMs: 15_000 });
    expect(requests.map(({ metadata }) => metadata.get("authorization"))).toEqual([
      ["Bearer first"],
      ["Bearer second"],
      ["Bearer second"],
      ["Bearer fourth"],
    ]);
  });

  test("keeps its cursor in a file, and goes on from there", async () => {
    const file = join(newFolder(), "cursor");
    const { address, requests } = await startScriptedReader(
      {},
      {
        watch: (call, count) => {
          call.write({ activations: [activation(count)], cursor: `c${count}` });
        },
      },
    );
    const way = [
      "watch",
      "--output=json",
      `--cursor-file=${file}`,
      "--recent=3",
      `--address=${address}`,
    ];
    const one = start(...way);
    await eventually(() => expect(readFileSync(file, "utf8")).toBe("c1\n"));
    expect(idsOf(one.out())).toEqual([1]);
    one.child.kill("SIGINT");
    expect(await one.ended).toBe(0);
    const two = start(...way);
    await eventually(() => expect(readFileSync(file, "utf8")).toBe("c2\n"));
    expect(requests.map(({ request }) => [request.cursor, request.recent])).toEqual([
      ["", 3],
      ["c1", 0],
    ]);
    two.child.kill("SIGINT");
    expect(await two.ended).toBe(0);
  });

  test("keeps no cursor of what nobody has read", async () => {
    const file = join(newFolder(), "cursor");
    const large = Array.from({ length: 500 }, (_, n) =>
      activation(n, { attributes: { text: "x".repeat(1_000) } }),
    );
    let written = 0;
    const { address } = await startScriptedReader(
      {},
      {
        watch: (call) => {
          const more = () => {
            written += 1;
            const activations = large.map((row) => ({
              ...row,
              activation_id: `${written}-${row.activation_id}`,
            }));
            call.write({ activations, cursor: `c${written}` }, () => {
              if (!call.cancelled && written < 500) more();
            });
          };
          more();
        },
      },
    );
    const { PATH = "", HOME = "" } = process.env;
    const words = ["watch", "--output=json", `--cursor-file=${file}`, `--address=${address}`];
    const child = spawn(process.execPath, [ENTRY, ...words], { cwd: ROOT, env: { PATH, HOME } });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "exit");
    await eventually(() => expect(written).toBeGreaterThan(0), { timeoutMs: 15_000 });
    let before = -1;
    // The server is held up: what it has written no longer grows.
    await eventually(
      async () => {
        const now = written;
        const isStill = now === before;
        before = now;
        expect(isStill && now > 0).toBe(true);
      },
      { timeoutMs: 15_000 },
    );
    expect(written).toBeLessThan(50);
    expect(() => readFileSync(file, "utf8")).toThrow(/ENOENT/);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });

  test("says that a cursor has expired and ends with 4, or goes on from now", async () => {
    const { address, requests } = await startScriptedReader(
      {},
      {
        watch: (call) => {
          if (call.request.cursor === "old") {
            call.emit("error", refusal(status.OUT_OF_RANGE, "the cursor is of an hour ago"));
          } else call.write({ activations: [activation(1)], cursor: "c1" });
        },
      },
    );
    const way = ["watch", "--output=json", "--cursor=old", `--address=${address}`];
    const { code, stderr } = await slimmer(way);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^slimmer: the cursor has expired: the cursor is of an hour ago\. /);
    const { out, err } = start(...way, "--from-now-if-expired");
    await eventually(() => expect(idsOf(out())).toEqual([1]));
    expect(err()).toContain("is no longer kept");
    expect(requests.at(-1)?.request.cursor).toBe("");
  });

  test("ends quietly when its pipe is closed", async () => {
    const { address } = await startScriptedReader(
      {},
      {
        watch: (call) => {
          let number = 0;
          const timer = setInterval(() => {
            number += 1;
            call.write({ activations: [activation(number)], cursor: `c${number}` });
          }, 10);
          call.on("cancelled", () => clearInterval(timer));
        },
      },
    );
    const command = `${process.execPath} ${ENTRY} watch -o json --address ${address} | head -2; echo $?-\${PIPESTATUS[0]}`;
    const child = spawn("bash", ["-c", command], { cwd: ROOT });
    onTestFinished(() => void child.kill("SIGKILL"));
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    await once(child, "close");
    expect(err).toBe("");
    expect(out.split("\n").slice(2)).toEqual(["0-0", ""]);
  });

  test("all that is wrong with its cursors is said at once", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "cursor"), "no cursor!\n");
    const { code, stderr } = await slimmer([
      "watch",
      "--cursor=a b",
      "--recent=1001",
      `--cursor-file=${folder}/cursor`,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("--cursor and --cursor-file are both given");
    expect(stderr).toContain('--cursor="a b" is no cursor');
    expect(stderr).toContain('--recent="1001" is out of range');
    const other = await slimmer(["watch", `--cursor-file=${folder}/none/cursor`]);
    expect(other.stderr).toMatch(/--cursor-file=.* can't be used: ENOENT/);
    const wrong = await slimmer(["watch", `--cursor-file=${folder}/cursor`]);
    expect(wrong.stderr).toMatch(/--cursor-file=.* holds no cursor; remove it/);
    expect([other.code, wrong.code]).toEqual([2, 2]);
  });
});
