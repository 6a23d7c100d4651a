import { expect, test } from "vitest";
import type { Row } from "../../../bench/torture/check.ts";
import { judge } from "../../../bench/torture/client-check.ts";
import type { FiredEntry, JournalEntry } from "../../../bench/torture/client-journal.ts";
import { sensorOf } from "../../../bench/torture/client-protocol.ts";

// The judge of the torture must see what goes wrong, too.

const SYSTEM = "greenhouse";
const RUN = "0199d8a0-0000-7000-8000-00000000000a";
const NOW_MS = 1_790_000_000_000;

function fired(seq: number, entry: Partial<FiredEntry> = {}): FiredEntry {
  return {
    kind: "fired",
    id: `id-${seq}`,
    runId: RUN,
    seq,
    sensor: seq,
    trueMs: NOW_MS,
    savedTo: "disk",
    knewTime: true,
    ...entry,
  };
}

function row(seq: number, change: Partial<Row> = {}): Row {
  return {
    system_id: SYSTEM,
    run_id: RUN,
    ...sensorOf(seq),
    activation_id: `id-${seq}`,
    seq: String(seq),
    occurred_ms: NOW_MS + 3,
    flags: 0,
    attributes: null,
    ...change,
  };
}

/** The names of what fails, and the counts. */
function judged(rows: readonly Row[], entries: readonly JournalEntry[], wasKilled = false) {
  const run: JournalEntry = { kind: "run", runId: RUN, life: 1 };
  const killed = new Set(wasKilled ? [1] : []);
  const account = { systemId: SYSTEM, entries: [run, ...entries], killed };
  const { findings, counts } = judge(rows, [account]);
  return { failed: findings.filter(({ ok }) => !ok).map(({ name }) => name), counts };
}

test("finds nothing where everything is as it was fired", () => {
  const { failed, counts } = judged([row(2), row(1)], [fired(1), fired(2)]);

  expect(failed).toEqual([]);
  expect(counts).toMatchObject({ fired: 2, stored: 2, duplicated: 0, lost: 0, atRisk: 0 });
});

test("sees what is lost, whether its process was killed or not", () => {
  for (const wasKilled of [false, true]) {
    const { failed, counts } = judged([row(1)], [fired(1), fired(2)], wasKilled);

    expect(failed).toEqual(["no activation on disk is lost, whatever was killed"]);
    expect(counts.lost).toBe(1);
  }
});

test("takes what was in memory for lost, unless its process was killed", () => {
  const entries = [fired(1), fired(2, { savedTo: "memory" })];

  expect(judged([row(1)], entries).failed).toEqual([
    "none in memory is lost while its process lives",
  ]);
  const killed = judged([row(1)], entries, true);
  expect(killed.failed).toEqual([]);
  expect(killed.counts).toMatchObject({ lost: 0, atRisk: 1 });
});

test("sees what was told to be delivered, and is not there", () => {
  const entries: JournalEntry[] = [
    fired(1, { savedTo: "memory" }),
    { kind: "delivered", ids: ["id-1"], duplicates: 0 },
  ];

  expect(judged([], entries, true).failed).toContain("none is lost that was told to be delivered");
});

test("sees what is stored twice", () => {
  const { failed, counts } = judged([row(1), row(1)], [fired(1)]);

  expect(failed).toEqual(["no activation is stored twice"]);
  expect(counts.duplicated).toBe(1);
});

test("lets a killed process have fired one that it could not write down, and no more", () => {
  const rows = [row(1), row(2)];

  expect(judged(rows, [fired(1)], true).failed).toEqual([]);
  expect(judged(rows, [fired(1)]).failed).toEqual(["nothing else is stored"]);
  expect(judged([...rows, row(3)], [fired(1)], true).failed).toEqual(["nothing else is stored"]);
});

test.each([
  { what: "another system", change: { system_id: "attic" } },
  { what: "another run", change: { run_id: "0199d8a0-0000-7000-8000-00000000000b" } },
  { what: "another sensor", change: { identity: "other" } },
  { what: "another number", change: { seq: "7" } },
  { what: "a sensor that is not in the run's list", change: { flags: 1 } },
])("sees an activation with $what", ({ change }) => {
  expect(judged([row(1, change)], [fired(1)]).failed).toEqual([
    "each is stored with its run, its sensor and its number",
  ]);
});

test("sees a wrong time, of a client that could know the right one", () => {
  const late = row(1, { occurred_ms: NOW_MS + 86_400_000 });

  expect(judged([late], [fired(1)]).failed).toEqual(["each is stored at its own time"]);
  expect(judged([row(1, { flags: 2 })], [fired(1)]).failed).toEqual([
    "each is stored at its own time",
  ]);
  const offline = judged([late], [fired(1, { knewTime: false })]);
  expect(offline.failed).toEqual([]);
  expect(offline.counts.mistimed).toBe(1);
});

test("sees numbers that are left out or given twice", () => {
  const name = "no number is given twice in a run, and none is left out";
  const rows = [row(1), row(3)];

  expect(judged(rows, [fired(1), fired(3)]).failed).toEqual([name]);
  expect(
    judged([row(1), row(1, { activation_id: "x" })], [fired(1), fired(1, { id: "x" })]).failed,
  ).toEqual([name]);
});
