import { describe, expect, test, vi } from "vitest";
import { slimmer } from "../support/slimmer-command.ts";
import { deadAddress, newFile, newFolder } from "./places.ts";
import { startRecordingServer } from "./recording-server.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 60_000 });

const DOOR = { category: "door", name: "front door", identity: "door-1" };
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";

describe("fire", () => {
  test("registers a run of its own, fires, and ends it", async () => {
    const server = await startRecordingServer();
    const env = { SLIMMER_ADDRESS: server.address, SLIMMER_SYSTEM: "greenhouse" };
    const words = ["fire", "door/front door/door-1", "--attribute", "by=cat", "--attribute=n=2"];
    const { code, stdout, stderr } = await slimmer(words, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^${UUID} stored\\n$`));
    expect(server.runs).toMatchObject([{ system_id: "greenhouse", entities: [DOOR] }]);
    expect(server.activations).toMatchObject([
      { run_id: server.runs[0]?.run_id, entity: DOOR, attributes: { by: "cat", n: "2" } },
    ]);
    expect(server.ends).toMatchObject([{ run_id: server.runs[0]?.run_id }]);
  });

  test("fires for a run that is there, and leaves it open", async () => {
    const server = await startRecordingServer();
    const env = { SLIMMER_SYSTEM: "greenhouse" };
    const way = ["--address", server.address];
    const run = await slimmer(["run", ...way, "--sensor=door/front door/door-1"], env);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const runId = run.stdout.trim();
    const known = ["fire", "door/front door/door-1", "--run", runId, ...way];
    const other = ["fire", "door/back door/door-2", "-o", "json", ...way];
    expect(await slimmer(known, env)).toMatchObject({ code: 0, stderr: "" });
    const { stdout } = await slimmer(other, { ...env, SLIMMER_RUN_ID: runId });
    expect(JSON.parse(stdout)).toEqual({
      system: "greenhouse",
      run: runId,
      stored: 1,
      activations: [
        {
          id: server.activations[1]?.activation_id,
          duplicate: false,
          unregistered: true,
          clockSuspect: false,
        },
      ],
    });
    expect(server.activations.map(({ run_id: id }) => id)).toEqual([runId, runId]);
    expect(server.runs).toHaveLength(1);
    expect(server.ends).toEqual([]);
  });

  test("fires as often as it is told, at the time that it is told", async () => {
    const server = await startRecordingServer();
    const way = ["--address", server.address, "--system=attic"];
    const at = "2026-03-01T12:30:00.250Z";
    const words = ["fire", "door/x/1", "--count=1200", "--at", at, ...way];
    expect(await slimmer(words)).toEqual({
      code: 0,
      stdout: "1,200 activations stored\n",
      stderr: "",
    });
    expect(server.activations).toHaveLength(1_200);
    const [first] = server.activations;
    const { seconds, nanos } = first?.occurred_at ?? { seconds: 0, nanos: 0 };
    expect(Number(seconds) * 1_000 + nanos / 1e6).toBe(Date.parse(at));
  });

  test("without a server ends with 1, and prints nothing", async () => {
    const way = ["--address", await deadAddress(), "--system=attic", "--timeout=1s"];
    const { code, stdout, stderr } = await slimmer(["fire", "door/x/1", ...way]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^slimmer: 127\.0\.0\.1:\d+ did not answer: UNAVAILABLE.*\n$/);
  });

  test("without a server and with a spool says that it is safe, and how to send it", async () => {
    const spool = newFolder();
    const address = await deadAddress();
    const way = ["--address", address, "--system=attic", "--timeout=500ms", "--spool", spool];
    const { code, stdout, stderr } = await slimmer(["fire", "door/x/1", ...way]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `slimmer: 1 activation not delivered yet, but safe on disk in ${spool}; send later with: slimmer spool drain ${spool} --address ${address}\n`,
    );
  });

  test("tells everything that is wrong at once, and calls nobody", async () => {
    const words = ["fire", "door/x", "--at=soon", "--attribute=x", "--run=1", "--count=0"];
    const { code, stdout, stderr } = await slimmer([...words, "--timeout=x", "--address=here"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      "slimmer: 8 things are wrong:",
      expect.stringMatching(/^ {2}--system \(or SLIMMER_SYSTEM\) is missing/),
      expect.stringMatching(/^ {2}the sensor "door\/x" has 2 parts; a sensor is /),
      '  --attribute="x" has no = in it; allowed: key=value',
      '  --at="soon" is no time; allowed: a time like 2026-03-01T12:30:00Z',
      expect.stringMatching(/^ {2}--count="0" is out of range; allowed: a whole number from 1 to /),
      '  --run="1" is no UUID',
      expect.stringMatching(/^ {2}--timeout="x" is no duration; allowed: /),
      expect.stringMatching(/^ {2}--address="here" has no port; allowed: host:port/),
      "",
    ]);
  });

  test.each(["2026-02-30T12:00:00Z", "2026-04-31 12:00"])(
    "is not told a day that no calendar has: %s",
    async (at) => {
      const { code, stderr } = await slimmer(["fire", "door/x/1", "--system=attic", "--at", at]);
      expect(code).toBe(2);
      expect(stderr).toBe(
        `slimmer: --at="${at}" is a day that no calendar has; allowed: a time like 2026-03-01T12:30:00Z\n`,
      );
    },
  );
});

describe("run", () => {
  test("registers sensors of a file with labels, and says what is new", async () => {
    const server = await startRecordingServer();
    const file = newFile("sensors.csv", "category,name,identity\ndoor,front door,door-1\n");
    const words = ["run", "--sensors", file, "--label=site=north", "--silent-after=10m"];
    const way = ["--address", server.address, "--system=greenhouse", "-o", "json"];
    const { code, stdout, stderr } = await slimmer([...words, ...way]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(server.runs).toMatchObject([
      {
        system_id: "greenhouse",
        entities: [DOOR],
        labels: { site: "north" },
        silent_after: { seconds: 600 },
      },
    ]);
    const [run] = server.runs;
    expect(JSON.parse(stdout)).toMatchObject({
      system: "greenhouse",
      run: run?.run_id,
      sensors: 1,
    });
    expect(server.ends).toEqual([]);
  });

  test("end ends it with a reason", async () => {
    const server = await startRecordingServer();
    const run = "01a205db-3435-70d9-bb16-bcfd40bb5b20";
    const words = ["run", "end", "--run", run, "--reason=maintenance"];
    const way = ["--address", server.address, "--system=greenhouse"];
    expect(await slimmer([...words, ...way])).toEqual({
      code: 0,
      stdout: `run ${run} ended\n`,
      stderr: "",
    });
    expect(server.ends).toMatchObject([
      { system_id: "greenhouse", run_id: run, reason: "maintenance" },
    ]);
  });

  test("end without a run is wrong", async () => {
    const { code, stderr } = await slimmer(["run", "end", "--system=x"]);
    expect(code).toBe(2);
    expect(stderr).toBe("slimmer: --run (or SLIMMER_RUN_ID) is missing: the id of the run\n");
  });
});

describe("a token", () => {
  test("of a file goes with each call", async () => {
    const file = newFile("token", "hush\n");
    const server = await startRecordingServer({ refuses: (token) => token !== "Bearer hush" });
    const way = ["--address", server.address, "--system=x"];
    for (const words of [["fire", "door/x/1"], ["ping"], ["smoke"]]) {
      const { code } = await slimmer([...words, ...way, "--token-file", file]);
      expect(code, words[0]).toBe(0);
    }
    const refused = await slimmer(["fire", "door/x/1", ...way]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/UNAUTHENTICATED: no such token/);
  });

  test("never travels in the clear unasked", async () => {
    const { code, stderr } = await slimmer(["ping", "example.org:1"], { SLIMMER_TOKEN: "hush" });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "slimmer: the token would travel to example.org:1 in the clear; give --tls, or --no-tls if that is meant\n",
    );
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      "twice",
      [],
      { SLIMMER_TOKEN: "a", SLIMMER_TOKEN_FILE: "/x" },
      /are both set; set one of them/,
    ],
    ["in no file", ["--token-file=/no/file"], {}, /--token-file=\/no\/file can't be read: ENOENT/],
    ["with a space in it", [], { SLIMMER_TOKEN: "hush hush" }, /^slimmer: SLIMMER_TOKEN must hold/],
    ["in an empty file", ["--token-file=/dev/null"], {}, /--token-file=\/dev\/null is empty/],
  ])("that is given %s is wrong", async (_how, options, env, problem) => {
    const { code, stderr } = await slimmer(["ping", ...options], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
  });
});
