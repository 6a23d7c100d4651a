import pg from "pg";
import { v7 } from "uuid";
import { type ActivationRow, FLAGS } from "../../src/domain/activation.ts";
import type { Entity } from "../../src/domain/entity.ts";
import { compareRows, storeNew } from "../../src/store/activations.ts";
import { numberUnregistered } from "../../src/store/entities.ts";
import { fold } from "../../src/store/folds.ts";
import { recordPresence } from "../../src/store/presence.ts";
import { endRun, registerRun } from "../../src/store/runs.ts";
import { idAt, seededRandom } from "./rows.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SILENT_AFTER_MS = 2 * MINUTE;
const ROWS_OF_A_FLUSH = 1_000;
const ALONE_SINCE_MS = 4 * HOUR;

/** What becomes of the latest run of a sample system. */
type Fate = "up" | "late" | "down" | "stopped" | "quiet";

type Sample = {
  systemId: string;
  site: string;
  fate: Fate;
  /** When each run began, in days ago; the last is the current one. */
  runs: readonly number[];
  /** Firings a day of an average sensor. */
  busy: number;
  /** Has holes in its numbers, a sensor that nobody registered, and a wrong clock. */
  isOdd?: boolean;
};

const SAMPLES: readonly Sample[] = [
  {
    systemId: "harbour-07",
    site: "harbour",
    fate: "down",
    runs: [20, 12, 3],
    busy: 30,
    isOdd: true,
  },
  { systemId: "mill-north", site: "mill", fate: "late", runs: [21, 1.2], busy: 24, isOdd: true },
  { systemId: "attic", site: "home", fate: "up", runs: [15], busy: 12 },
  { systemId: "barn-02", site: "farm", fate: "up", runs: [19, 18.6, 9], busy: 18, isOdd: true },
  { systemId: "bakery-main", site: "town", fate: "up", runs: [20], busy: 40 },
  { systemId: "chapel", site: "town", fate: "quiet", runs: [11], busy: 3 },
  { systemId: "depot-east", site: "depot", fate: "up", runs: [17, 6], busy: 30 },
  { systemId: "depot-west", site: "depot", fate: "up", runs: [17, 5], busy: 28 },
  { systemId: "greenhouse", site: "farm", fate: "stopped", runs: [20, 8], busy: 20 },
  { systemId: "library", site: "town", fate: "up", runs: [14], busy: 26 },
  { systemId: "pump-house", site: "mill", fate: "up", runs: [21, 20, 13, 2], busy: 16 },
  { systemId: "workshop", site: "home", fate: "up", runs: [10], busy: 22 },
];

/** Those whose clients would be sending signs of life. */
export const LIVING_SYSTEMS: readonly string[] = SAMPLES.filter(({ fate }) => fate === "up").map(
  ({ systemId }) => systemId,
);

const LATE_MS = 50_000;
const LATE_REPORT = { sent: 1_200, spooled: 31, lost: 0 };

/** Keeps those that are late from going down while tests look at them: their latest sign of life stays as long ago. */
export async function keepLate(db: pg.Client, nowMs: number): Promise<void> {
  const late = SAMPLES.filter(({ fate }) => fate === "late").map(({ systemId }) => systemId);
  const { rows } = await db.query("select system_no from systems where system_id = any($1)", [
    late,
  ]);
  const seenAtMs = nowMs - LATE_MS;
  await recordPresence(
    db,
    rows.map(({ system_no: systemNo }) => ({ systemNo, seenAtMs, report: LATE_REPORT })),
  );
}

const SENSORS: readonly Entity[] = [
  { category: "door", name: "quay gate", identity: "d-01" },
  { category: "door", name: "side entrance", identity: "d-02" },
  { category: "motion", name: "hall", identity: "m-01" },
  { category: "motion", name: "stairs", identity: "m-02" },
  { category: "motion", name: "store east", identity: "m-03" },
  { category: "motion", name: "store west", identity: "m-04" },
  { category: "window", name: "office", identity: "w-01" },
  { category: "window", name: "kitchen", identity: "w-02" },
  { category: "vibration", name: "pump", identity: "v-01" },
  { category: "moisture", name: "cellar", identity: "h-01" },
];
/** Listed by every run but the latest. */
const SMOKE: Entity = { category: "smoke", name: "roof", identity: "s-02" };
/** Listed by none. */
const TAMPER: Entity = { category: "tamper", name: "lid", identity: "t-09" };
/** The place in SENSORS of the one that fires in no current run. */
const DEAD = 5;

/**
 * Three weeks of a dozen systems with everything that a screen has to show: restarts and crashes, a dead sensor, a missing
 * one, one that nobody registered, late arrivals, a wrong clock, holes in the numbers, and losses that a client reports.
 * The same for the same `nowMs`. `url` is a migrated database that nobody folds yet.
 */
export async function createSampleFleet(url: string, nowMs: number): Promise<void> {
  const db = new pg.Client(url);
  await db.connect();
  try {
    const random = seededRandom(7);
    const rows: ActivationRow[] = [];
    for (const sample of SAMPLES) rows.push(...(await createSystem(db, sample, nowMs, random)));
    await store(db, rows, nowMs);
    while ((await fold(db)).more);
    // As if it had been stored when it came.
    await db.query("update fold_records set created_at = received_at + interval '6 ms'");
    await db.query(
      `update systems set created_at = (select min(received_at) from runs where runs.system_no = systems.system_no)`,
    );
    await db.query(
      `update entities set created_at = systems.created_at from systems where systems.system_no = entities.system_no`,
    );
    // Estimates of sizes are part of what the storage page tells.
    await db.query("analyze");
  } finally {
    await db.end();
  }
}

/** Registers the runs of a system, and says what was fired in them. */
async function createSystem(
  db: pg.Client,
  { systemId, site, fate, runs, busy, isOdd = false }: Sample,
  nowMs: number,
  random: () => number,
): Promise<ActivationRow[]> {
  const lastSignMs =
    nowMs - { up: 4_000, late: LATE_MS, down: 14 * MINUTE, stopped: 3 * HOUR, quiet: HOUR }[fate];
  let systemNo = 0;
  let runNo = 0;
  let runId = "";
  const stored: ActivationRow[] = [];
  for (const [place, daysAgo] of runs.entries()) {
    const isLast = place === runs.length - 1;
    const startedAtMs = nowMs - daysAgo * DAY;
    const next = runs[place + 1];
    const endMs = next === undefined ? lastSignMs : nowMs - next * DAY - 3 * MINUTE;
    runId = v7({ msecs: startedAtMs });
    ({ systemNo, runNo } = await inTransaction(db, () =>
      registerRun(db, {
        systemId,
        runId,
        entities: isLast && runs.length > 1 ? SENSORS : [...SENSORS, SMOKE],
        startedAtMs,
        clockSuspect: false,
        receivedAtMs: startedAtMs + 300,
        labels: { site, firmware: isLast ? "4.2.0" : "4.1.7" },
        client: { name: "slimmer-client", version: "0.1.0", host: `${systemId}.local` },
        silentAfterMs: fate === "quiet" ? undefined : SILENT_AFTER_MS,
      }),
    ));
    const entityNos = await numbersOf(db, systemNo);
    const rows = firings({ systemNo, runNo, startedAtMs, endMs, busy, entityNos, isLast, random });
    if (isLast) delayAnHour(rows, endMs);
    if (isLast && isOdd) {
      const tamperNo = await inTransaction(db, () =>
        numberUnregistered(db, { systemNo, runNo, entity: TAMPER }),
      );
      rows.push(...oddities({ systemNo, runNo, tamperNo, endMs, rows }));
    }
    stored.push(...rows);
    if (!isLast && place % 2 === 0) {
      await inTransaction(db, () =>
        endRun(db, { systemId, runId, reason: "planned update", endedAtMs: endMs }),
      );
    }
  }
  if (fate === "stopped") {
    await inTransaction(db, () =>
      endRun(db, { systemId, runId, reason: "maintenance", endedAtMs: lastSignMs }),
    );
  }
  if (fate === "quiet") return stored;
  await recordPresence(db, [
    {
      systemNo,
      runNo,
      seenAtMs: lastSignMs,
      report:
        fate === "late"
          ? LATE_REPORT
          : { ...LATE_REPORT, spooled: 0, lost: fate === "down" ? 3 : 0 },
    },
  ]);
  return stored;
}

async function numbersOf(db: pg.Client, systemNo: number): Promise<number[]> {
  const { rows } = await db.query("select entity_no, identity from entities where system_no = $1", [
    systemNo,
  ]);
  return SENSORS.map(
    ({ identity }) => rows.find((row) => row.identity === identity)?.entity_no as number,
  );
}

/** Firings as people and pumps cause them: more by day than by night, more on weekdays than on Sundays. */
function firings(run: {
  systemNo: number;
  runNo: number;
  startedAtMs: number;
  endMs: number;
  busy: number;
  entityNos: readonly number[];
  isLast: boolean;
  random: () => number;
}): ActivationRow[] {
  const { systemNo, runNo, startedAtMs, endMs, busy, entityNos, isLast, random } = run;
  const times: { ms: number; entityNo: number }[] = [];
  for (const [place, entityNo] of entityNos.entries()) {
    if (place === DEAD && isLast) continue;
    const perHour = (busy / 24) * (0.3 + ((place * 7) % 5) / 2.5);
    for (let ms = startedAtMs + random() * HOUR; ms < endMs; ) {
      const at = new Date(ms);
      const hour = at.getUTCHours();
      const byDay = 0.15 + 1.6 * Math.max(0, Math.sin(((hour - 5) / 16) * Math.PI));
      const rate = perHour * byDay * (at.getUTCDay() === 0 ? 0.4 : 1);
      times.push({ ms, entityNo });
      ms += (-Math.log(1 - random()) / Math.max(0.01, rate)) * HOUR;
    }
  }
  times.sort((a, b) => a.ms - b.ms);
  return times.map(({ ms, entityNo }, index) =>
    rowAt({
      systemNo,
      runNo,
      entityNo,
      ms: Math.floor(ms),
      seq: index + 1,
      afterMs: 120 + random() * 200,
    }),
  );
}

function rowAt(facts: {
  systemNo: number;
  runNo: number;
  entityNo: number;
  ms: number;
  seq: number;
  afterMs: number;
  flags?: number;
}): ActivationRow {
  const { systemNo, runNo, entityNo, ms, seq, afterMs, flags = 0 } = facts;
  return {
    systemNo,
    runNo,
    entityNo,
    activationId: idAt(ms),
    occurredAtUs: ms * 1_000,
    receivedAtUs: Math.floor((ms + afterMs) * 1_000),
    seq,
    flags,
    attributes: undefined,
  };
}

/** What fired between two and three hours before the end came when the network was back. */
function delayAnHour(rows: readonly ActivationRow[], endMs: number): void {
  for (const row of rows) {
    const agoMs = endMs - row.occurredAtUs / 1_000;
    if (agoMs > 2 * HOUR && agoMs < 3 * HOUR) row.receivedAtUs = (endMs - 100 * MINUTE) * 1_000;
  }
}

/** Three numbers that never came, a sensor that nobody registered, and a wrong clock. */
function oddities(run: {
  systemNo: number;
  runNo: number;
  tamperNo: number;
  endMs: number;
  rows: ActivationRow[];
}): ActivationRow[] {
  const { systemNo, runNo, tamperNo, endMs, rows } = run;
  if (rows.length > 20) {
    rows.splice(12, 2);
    rows.splice(16, 1);
  }
  const seq = Math.max(0, ...rows.map((row) => row.seq));
  const odd = { systemNo, runNo, entityNo: tamperNo };
  return [
    rowAt({ ...odd, ms: endMs - 90_000, seq: seq + 1, afterMs: 150, flags: FLAGS.unregistered }),
    {
      ...rowAt({
        ...odd,
        ms: endMs + 2 * DAY,
        seq: seq + 2,
        afterMs: 0,
        flags: FLAGS.unregistered | FLAGS.clockSuspect,
      }),
      receivedAtUs: (endMs - 30_000) * 1_000,
    },
  ];
}

/**
 * In the order in which they came, of all systems. The latest one by one, as a fleet that is not busy is stored: all systems of
 * a flush are heard of when it is stored, and the live feed tells its rows in the order of their systems.
 */
async function store(db: pg.Client, rows: readonly ActivationRow[], nowMs: number): Promise<void> {
  const inOrder = rows.toSorted((a, b) => a.receivedAtUs - b.receivedAtUs);
  const aloneFromUs = (nowMs - ALONE_SINCE_MS) * 1_000;
  const alone = inOrder.findIndex(({ receivedAtUs }) => receivedAtUs >= aloneFromUs);
  for (let first = 0; first < alone; first += ROWS_OF_A_FLUSH) {
    const flush = inOrder.slice(first, Math.min(alone, first + ROWS_OF_A_FLUSH));
    await storeNew(db, flush.sort(compareRows));
  }
  for (const row of inOrder.slice(alone)) await storeNew(db, [row]);
}

async function inTransaction<T>(db: pg.Client, work: () => Promise<T>): Promise<T> {
  await db.query("begin");
  const result = await work();
  await db.query("commit");
  return result;
}
