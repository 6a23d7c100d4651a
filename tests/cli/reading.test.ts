import { status } from "@grpc/grpc-js";
import { describe, expect, test, vi } from "vitest";
import { slimmer } from "../support/slimmer-command.ts";
import { deadAddress } from "./places.ts";
import { activation, refusal, startScriptedReader } from "./scripted-reader.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 30_000 });

const RUN = "01930000-0000-7000-8000-000000000001";
const secondsAgo = (seconds: number) => ({
  seconds: Math.floor(Date.now() / 1_000) - seconds,
  nanos: 0,
});
const ENTITY = { category: "door", name: "front door", identity: "door-1" };

const GREENHOUSE = {
  system_id: "greenhouse",
  state: "DOWN",
  state_since: secondsAgo(7_200),
  created_at: secondsAgo(90_000),
  last_seen_at: secondsAgo(7_260),
  last_fired_at: secondsAgo(7_300),
  fired_count: 1_234,
  silent_after: { seconds: 180, nanos: 0 },
  current_run: { run_id: RUN, started_at: secondsAgo(80_000), registered_count: 3 },
  hourly_counts: [1, 2, 3],
};
const ATTIC = { system_id: "=attic,1", state: "QUIET", last_seen_at: secondsAgo(5) };

describe("systems", () => {
  test("are a table for people: state, times from now, counts", async () => {
    const { address } = await startScriptedReader({
      list_systems: () => ({ systems: [GREENHOUSE, ATTIC] }),
    });
    const { code, stdout, stderr } = await slimmer(["systems", "--address", address]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [titles, first, second] = stdout.split("\n");
    expect(titles).toMatch(/^system +state +since +last seen +last fired +sensors +24 h +in all$/);
    expect(first).toMatch(/^greenhouse +down +2h ago +2h 1m ago +2h 1m ago +3 +6 +1,234$/);
    expect(second).toMatch(/^=attic,1 +quiet +\d+s ago +never +0 +0 +0$/);
    expect(stdout).not.toContain("\u001b");
  });

  test("as JSON are one document of the contract, over all pages", async () => {
    const { address, requests } = await startScriptedReader({
      list_systems: ({ page_token: token }) =>
        token === ""
          ? { systems: [], next_page_token: "p2" }
          : { systems: [GREENHOUSE, ATTIC], next_page_token: "" },
    });
    const { code, stdout } = await slimmer([
      "systems",
      "--limit=0",
      "--output=json",
      "--order=name",
      "--query=a",
      `--address=${address}`,
    ]);
    expect(code).toBe(0);
    const { systems, next_page_token: token } = JSON.parse(stdout);
    expect(token).toBe("");
    expect(systems).toHaveLength(2);
    expect(systems[0]).toMatchObject({ state: "DOWN", fired_count: "1234", silent_after: "180s" });
    expect(requests.map(({ request }) => request)).toEqual([
      expect.objectContaining({ page_size: 1_000, page_token: "", order: "NAME", query: "a" }),
      expect.objectContaining({ page_size: 1_000, page_token: "p2", order: "NAME", query: "a" }),
    ]);
  });

  test("as CSV have a header, and no formula for a spreadsheet", async () => {
    const { address } = await startScriptedReader({ list_systems: () => ({ systems: [ATTIC] }) });
    const { stdout } = await slimmer(["systems", "-o", "csv", "--address", address]);
    const [header, line, end] = stdout.split("\r\n");
    expect(header).toMatch(/^system_id,state,state_since,/);
    expect(line).toMatch(/^"'=attic,1",QUIET,,/);
    expect(end).toBe("");
  });

  test("more than --limit are cut there, which is said on standard error", async () => {
    const { address, requests } = await startScriptedReader({
      list_systems: ({ page_size: size }) => ({
        systems: [GREENHOUSE, ATTIC].slice(0, Math.min(size, 1)),
        next_page_token: "more",
      }),
    });
    const { code, stdout, stderr } = await slimmer([
      "systems",
      "--limit=2",
      `--address=${address}`,
    ]);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(stderr).toBe("slimmer: there are more systems: --limit 0 shows all\n");
    expect(requests.map(({ request }) => request.page_size)).toEqual([2, 1]);
  });

  test("that there are none is said, and is no failure", async () => {
    const { address } = await startScriptedReader({ list_systems: () => ({ systems: [] }) });
    expect(await slimmer(["systems", "--state", "down", "late", "--address", address])).toEqual({
      code: 0,
      stdout: "",
      stderr: "slimmer: no systems\n",
    });
    const { stdout } = await slimmer(["systems", "-o", "json", "--address", address]);
    expect(JSON.parse(stdout)).toEqual({ systems: [], next_page_token: "" });
  });

  test("one of them is shown as facts", async () => {
    const { address, requests } = await startScriptedReader({ get_system: () => GREENHOUSE });
    const { code, stdout } = await slimmer(["systems", "greenhouse", "--address", address]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^state +down, since .*Z \(2h ago\)$/m);
    expect(stdout).toMatch(/^down after +3m without a sign of life$/m);
    expect(requests[0]?.request).toEqual({ system_id: "greenhouse" });
  });

  test("a name that would command the terminal is shown as text", async () => {
    const { address } = await startScriptedReader({
      list_systems: () => ({ systems: [{ ...ATTIC, system_id: "a\u001b[2Jb\u202ec" }] }),
    });
    const { stdout } = await slimmer(["systems", "--address", address]);
    expect(stdout).toContain("a\\u{1b}[2Jb\\u{202e}c");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("runs", () => {
  const run = {
    system_id: "greenhouse",
    run_id: RUN,
    state: "LOST",
    started_at: secondsAgo(7_200),
    superseded_at: secondsAgo(3_600),
    registered_count: 3,
    fired_sensor_count: 1,
    unregistered_count: 1,
    fired_count: 8,
    completeness: {
      received: 7,
      expected: 12,
      missing: 5,
      gaps: [
        { first: 3, last: 3 },
        { first: 5, last: 8 },
      ],
      uncounted: 1,
      report: { sent: 7, spooled: 4, lost: 1 },
      reported_at: secondsAgo(300),
    },
  };

  test("are a table with what is missing", async () => {
    const { address } = await startScriptedReader({ list_runs: () => ({ runs: [run] }) });
    const { stdout } = await slimmer(["runs", "greenhouse", "--address", address]);
    expect(stdout).toMatch(/ lost +2h ago +1h +1\/3 +8 +5 +1 not listed$/m);
  });

  test("one of them is told in sentences: coverage and completeness", async () => {
    const { address, requests } = await startScriptedReader({
      get_run_coverage: () => ({
        run,
        fired: [{ entity: ENTITY, fired_count: 7 }],
        never_fired: [
          { ...ENTITY, identity: "door-2" },
          { ...ENTITY, identity: "door/3" },
        ],
        unregistered: [{ entity: { ...ENTITY, identity: "door-4" }, fired_count: 1 }],
        missing: [{ ...ENTITY, identity: "door-0" }],
      }),
    });
    const { code, stdout } = await slimmer([
      "runs",
      "greenhouse",
      RUN.toUpperCase(),
      `--address=${address}`,
    ]);
    expect(code).toBe(0);
    expect(requests[0]?.request).toEqual({ system_id: "greenhouse", run_id: RUN });
    expect(stdout).toMatch(/^state +lost: another run came .* \(1h ago\), and this one /m);
    expect(stdout.split("\n").slice(-7)).toEqual([
      '1 of 3 listed sensors fired; never: door/front door/door-2, {"category":"door","name":"front door","identity":"door/3"}.',
      "1 sensor fired without being listed: door/front door/door-4.",
      "1 sensor of the run before missing: door/front door/door-0.",
      "7 of 12 numbered activations are there; 5 missing (on their way, in the client's spool, or lost): 3, 5 to 8.",
      "1 activation came without a number: nobody can tell whether that is all.",
      expect.stringMatching(
        /^Its client said 5m( \d+s)? ago: 7 sent, 4 waiting in its spool, 1 lost\.$/,
      ),
      "",
    ]);
  });

  test("a run that is no UUID is wrong before anything is asked", async () => {
    const { code, stderr } = await slimmer(["runs", "greenhouse", "last", "--limit=few"]);
    expect(code).toBe(2);
    expect(stderr).toContain('the run "last" is no UUID');
    expect(stderr).toContain('--limit="few"');
  });
});

describe("sensors", () => {
  const sensor = {
    system_id: "greenhouse",
    entity: ENTITY,
    attention: "NEVER_FIRED",
    registered: true,
    fired_count: 2,
    usual_gap: { seconds: 90, nanos: 0 },
  };

  test("are filtered by the server", async () => {
    const { address, requests } = await startScriptedReader({
      list_sensors: () => ({ sensors: [sensor] }),
    });
    const { stdout } = await slimmer([
      "sensors",
      "greenhouse",
      "--category=d*",
      "--attention=never-fired",
      `--address=${address}`,
    ]);
    expect(stdout).toMatch(/^door\/front door\/door-1 +never fired +never +1m 30s +0 +0 +2$/m);
    expect(requests[0]?.request).toMatchObject({
      system_id: "greenhouse",
      category: "d*",
      attention: ["NEVER_FIRED"],
      page_size: 100,
    });
  });

  test("one of them has its rhythm", async () => {
    const { address } = await startScriptedReader({
      get_sensor: () => sensor,
      get_rhythm: () => ({
        gaps: 3,
        shortest: { seconds: 1, nanos: 0 },
        median: { seconds: 2, nanos: 0 },
        p90: { seconds: 60, nanos: 0 },
        longest: { seconds: 3_600, nanos: 0 },
        current: { seconds: 30, nanos: 0 },
      }),
    });
    const way = ["sensors", "greenhouse", "door/front door/door-1", `--address=${address}`];
    expect((await slimmer(way)).stdout).toMatch(
      /^gaps +1s to 1h, half at most 2s, nine of ten at most 1m \(of 3 gaps\)$/m,
    );
    const { sensor: asked, rhythm } = JSON.parse((await slimmer([...way, "--output=json"])).stdout);
    expect([asked.entity, rhythm.p90]).toEqual([ENTITY, "60s"]);
  });
});

describe("activations", () => {
  test("are listed with all filters", async () => {
    const { address, requests } = await startScriptedReader({
      list_activations: () => ({
        activations: [activation(1, { late: true, unregistered: true })],
      }),
    });
    const { code, stdout } = await slimmer([
      "activations",
      "greenhouse",
      `--run=${RUN}`,
      "--category=door",
      "--name=*",
      "--identity=d?",
      "--since=2026-03-01T12:30:00.123456+01:00",
      "--until=2026-03-02T00:00:00Z",
      "--unregistered",
      "--clock-suspect",
      "--late",
      `--address=${address}`,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      / 2026-03-01T12:30:01\.123Z +greenhouse +door\/front door\/door-1 +not listed, late +opened=true$/m,
    );
    expect(requests[0]?.request).toEqual({
      system_id: "greenhouse",
      page_size: 100,
      page_token: "",
      run_id: RUN,
      category: "door",
      name: "*",
      identity: "d?",
      since: { seconds: 1_772_364_600, nanos: 123_456_000 },
      until: { seconds: 1_772_409_600, nanos: 0 },
      unregistered: true,
      clock_suspect: true,
      late: true,
    });
  });

  test("without a system are of all; the environment narrows nothing", async () => {
    const { address, requests } = await startScriptedReader({
      list_activations: () => ({ activations: [] }),
    });
    const env = { SLIMMER_SYSTEM: "attic", SLIMMER_RUN_ID: RUN };
    await slimmer(["activations", "--address", address], env);
    expect(requests[0]?.request).toMatchObject({ system_id: "", run_id: "" });
  });

  test("all that is wrong with the filters is said at once", async () => {
    const { code, stderr } = await slimmer([
      "activations",
      `--run=${RUN}`,
      "--since=yesterday",
      "--until=2026-02-30",
      "--name=",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("slimmer: 4 things are wrong:");
    expect(stderr).toContain("--run needs the system");
    expect(stderr).toMatch(/--since="yesterday" is no moment; allowed: a time like .* or 7d/);
    expect(stderr).toContain('--until="2026-02-30" is a day that no calendar has');
    expect(stderr).toContain("--name is empty");
  });
});

describe("a server", () => {
  const WAYS = ["systems", "runs greenhouse", "activations", "watch", "export"];

  test.each(WAYS)("that is older is told from one that is away, by %s", async (words) => {
    const { address } = await startScriptedReader({});
    const old = await slimmer([...words.split(" "), "--address", address]);
    expect(old).toMatchObject({ code: 1, stdout: "" });
    expect(old.stderr).toContain(
      `slimmer: ${address} can't be asked what it has stored: it is a slimmer older than this command`,
    );
    expect(old.stderr.split("\n")).toHaveLength(2);
    const dead = await deadAddress();
    const away = await slimmer([...words.split(" "), "--address", dead]);
    expect(away).toMatchObject({ code: 1, stdout: "" });
    expect(away.stderr).toMatch(/^slimmer: 127.0.0.1:\d+ did not answer: UNAVAILABLE: .*\n$/);
  });

  test("that does not know what was asked for says so", async () => {
    const { address } = await startScriptedReader({
      get_system: () => {
        throw refusal(status.NOT_FOUND, "there is no system attic");
      },
    });
    const { code, stderr } = await slimmer(["systems", "attic", "--address", address]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "slimmer: there is no system attic\n" });
  });

  test("that finds the request wrong makes it a wrong command line", async () => {
    const { address } = await startScriptedReader({
      list_activations: () => {
        throw refusal(status.INVALID_ARGUMENT, "category has 70 characters");
      },
    });
    const { code, stderr } = await slimmer(["activations", "--address", address]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "slimmer: category has 70 characters\n" });
  });

  test("gets the token", async () => {
    const { address, requests } = await startScriptedReader({
      list_systems: () => ({ systems: [] }),
    });
    await slimmer(["systems", "--address", address], { SLIMMER_TOKEN: "hush" });
    expect(requests[0]?.metadata.get("authorization")).toEqual(["Bearer hush"]);
  });
});
