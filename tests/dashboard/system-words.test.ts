import { expect, test } from "vitest";
import type { Run, Sensor, System } from "../../src/dashboard/api/types.ts";
import { runLook } from "../../src/dashboard/ui/state-words.ts";
import {
  facts,
  groupByLabel,
  labelKeys,
  stateFor,
} from "../../src/dashboard/views/fleet/system-words.ts";
import { runFacts, runLength, runShare } from "../../src/dashboard/views/system/run-ribbon.ts";
import { flagWords, peerGaps } from "../../src/dashboard/views/system/sensor-words.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const NOW = Date.UTC(2026, 10, 23, 12);
const ago = (ms: number) => new Date(NOW - ms);

function system(id: string, labels: Record<string, string> = {}): System {
  return {
    system_id: id,
    state: "DOWN",
    state_since: ago(14 * MINUTE),
    fired_count: 0,
    hourly_counts: [],
    current_run: {
      started_at: ago(3 * DAY),
      registered_count: 31,
      fired_sensor_count: 29,
      unregistered_count: 0,
      labels,
    } as Run,
  };
}

test("a system that needs attention says so in one line", () => {
  const harbour = system("harbour-07");
  expect(stateFor(harbour, NOW)).toBe("down 14 min");
  expect(facts(harbour, NOW)).toEqual(["run 3 d", "31 sensors, 2 never fired this run"]);
});

test("a system without a run, or a time, has less to say, and still says it", () => {
  const { current_run: _, state_since: __, ...bare } = system("attic");
  expect(stateFor(bare, NOW)).toBe("down");
  expect(facts(bare, NOW)).toEqual([]);
});

test("groups by a label come in the order of their values, and those without it last", () => {
  const systems = [system("a"), system("b", { fw: "10" }), system("c", { fw: "9", site: "x" })];
  expect(groupByLabel(systems, "fw").map(({ value }) => value)).toEqual(["9", "10", undefined]);
  expect(labelKeys(systems)).toEqual(["fw", "site"]);
});

test("a run lasts until it ended, until another one came, or until now", () => {
  const run = { started_at: ago(10 * MINUTE) } as Run;
  expect(runLength(run, NOW)).toBe(10 * MINUTE);
  expect(runLength({ ...run, ended_at: ago(4 * MINUTE), superseded_at: ago(MINUTE) }, NOW)).toBe(
    6 * MINUTE,
  );
  expect(runLength({ ...run, superseded_at: ago(20 * MINUTE) }, NOW)).toBe(0);
});

test("the current run is as its system is, and green only while that gives signs of life", () => {
  const look = (state: System["state"]) =>
    runLook("RUNNING", { state, last_seen_at: ago(14 * MINUTE) }, NOW);

  expect(look("UP")).toMatchObject({ shape: "●", word: "running", tone: "up" });
  expect(look("DOWN")).toMatchObject({ shape: "○", tone: "down" });
  expect(look("DOWN").word).toMatch(/^silent since \d\d:46$/);
  expect(look("LATE")).toMatchObject({ shape: "◐", tone: "late" });
  expect(look("QUIET").tone).toBe("quiet");
  expect(runLook("RUNNING", undefined, NOW).tone).not.toBe("up");
  expect(runLook("LOST", { state: "UP" }, NOW)).toMatchObject({ shape: "✕", word: "lost" });
});

test("the tip of a run says the same as its mark", () => {
  const run = { run_id: "r", state: "RUNNING", started_at: ago(DAY) } as Run;
  const down = { state: "DOWN", last_seen_at: ago(14 * MINUTE) } as const;
  expect(runFacts(run, down, NOW)).toMatch(/^run r: silent since/);
});

test("a long run takes more of the ribbon than a short one, which still is seen", () => {
  expect(runShare(0)).toBe(1);
  expect(runShare(30 * DAY)).toBeGreaterThan(runShare(DAY));
  expect(runShare(30 * DAY) / runShare(DAY)).toBeLessThan(10);
});

test("a silent sensor says for how long, and what is usual", () => {
  const sensor = { attention: "SILENT", usual_gap: DAY, last_fired_at: ago(94 * DAY) } as Sensor;
  expect(flagWords(sensor, NOW)).toBe("silent 94 d, fires on average every 1 d");
  expect(flagWords({ ...sensor, attention: "NONE" }, NOW)).toBe("");
});

test("a sensor that never fired is told with how often others of its kind do", () => {
  const sensor = (category: string, facts: Partial<Sensor>) =>
    ({ entity: { category, name: "n", identity: "i" }, run_fired_count: 0, ...facts }) as Sensor;
  const fires = (category: string, usual_gap: number) =>
    sensor(category, { run_fired_count: 4, usual_gap });
  const peers = peerGaps([
    fires("pir", 90 * MINUTE),
    fires("pir", DAY),
    fires("pir", 30 * DAY),
    fires("door", MINUTE),
    sensor("smoke", { usual_gap: DAY }),
  ]);
  const words = (category: string) =>
    flagWords(sensor(category, { attention: "NEVER_FIRED" }), NOW, peers);

  expect(words("pir")).toBe("never fired this run; others of its category fire every ~1 d");
  expect(words("smoke")).toBe("never fired this run");
});
