import type pg from "pg";
import type { StoredActivation } from "slimmer-grpc";
import { type ActivationRow, FLAGS, isIdApart } from "../../src/domain/activation.ts";
import { uuidMs } from "../../src/domain/uuid.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon } from "../../src/ingest/horizon.ts";
import type { ActivationFilters } from "../../src/reading/activations/filter.ts";
import { fold } from "../../src/store/folds.ts";
import { DAY_MS, idAt, pick, rowOf, seededRandom } from "../support/rows.ts";

/** A few systems whose rows are of every kind, and the same rows in plain memory. */
export const SYSTEMS = ["attic", "barn", "cellar"];
export const RUNS_EACH = 3;
export const CATEGORIES = ["door", "window"];
export const NAMES = ["front", "back", "side 1"];

export type Sensor = { category: string; name: string; identity: string };

/** Sensor n of every system, from 1. */
export const SENSORS: readonly Sensor[] = CATEGORIES.flatMap((category) =>
  NAMES.map((name, number) => ({ category, name, identity: `${category}-${number}` })),
);

export async function createSystems(db: pg.Client): Promise<void> {
  for (const [index, systemId] of SYSTEMS.entries()) {
    const systemNo = index + 1;
    await db.query("insert into systems (system_id) values ($1)", [systemId]);
    await db.query("insert into manifests values ($1, '\\x00', '{}')", [systemNo]);
    for (const [place, { category, name, identity }] of SENSORS.entries()) {
      await db.query(
        "insert into entities (system_no, entity_no, category, name, identity) values ($1, $2, $3, $4, $5)",
        [systemNo, place + 1, category, name, identity],
      );
    }
    for (let runNo = 1; runNo <= RUNS_EACH; runNo++) {
      await db.query(
        `insert into runs (system_no, run_no, run_id, manifest_hash, started_at, clock_suspect, received_at, client_name, client_version, client_host, labels)
        values ($1, $2, $3, '\\x00', now() - interval '60 days', false, now(), '', '', '', '{}')`,
        [systemNo, runNo, runIdOf(systemNo, runNo)],
      );
    }
  }
}

export function runIdOf(systemNo: number, runNo: number): string {
  return `00000000-0000-4000-8000-00000000${systemNo}00${runNo}`;
}

/** Stores rows in flushes, and folds the first part of them: `waiting` flushes stay uncounted. */
export async function store(
  db: pg.Client,
  rows: readonly ActivationRow[],
  waiting = 0,
): Promise<void> {
  const horizon = createHorizon();
  await horizon.reload(db);
  const size = 97;
  const flushes = Math.ceil(rows.length / size);
  for (let flush = 0; flush < flushes; flush++) {
    if (flush === flushes - waiting) await foldAll(db);
    await flushRows(db, rows.slice(flush * size, (flush + 1) * size), horizon);
  }
  if (waiting === 0) await foldAll(db);
}

export async function foldAll(db: pg.Client): Promise<void> {
  for (let more = true; more; ) more = (await fold(db)).more;
}

/**
 * Rows of every kind: in bursts and after long pauses, several in one millisecond, late ones, wrong clocks within the
 * partitions and outside, the same id in two systems.
 */
export function randomRows(seed: number, count: number): ActivationRow[] {
  const random = seededRandom(seed);
  const nowMs = Date.now();
  const rows: ActivationRow[] = [];
  let ms = nowMs;
  for (let number = 0; number < count; number++) {
    const luck = random();
    if (luck < 0.03) ms -= pick(random, 2 * DAY_MS);
    else if (luck < 0.5) ms -= pick(random, 30_000);
    if (ms < nowMs - 45 * DAY_MS) ms = nowMs - pick(random, DAY_MS);
    rows.push(randomRow(random, ms, nowMs, rows));
  }
  return rows;
}

function randomRow(
  random: () => number,
  ms: number,
  nowMs: number,
  earlier: readonly ActivationRow[],
): ActivationRow {
  const kind = random();
  const isSuspect = kind < 0.12;
  const idMs =
    kind < 0.04
      ? pick(random, 1e12)
      : kind < 0.05
        ? nowMs + 300 * DAY_MS
        : kind < 0.12
          ? nowMs - pick(random, 20 * DAY_MS) + 5 * DAY_MS
          : ms;
  const twin = earlier[pick(random, earlier.length)];
  const systemNo = 1 + Math.floor(random() ** 2 * SYSTEMS.length);
  const isTwin =
    kind > 0.97 && twin && twin.systemNo !== systemNo && twin.flags < FLAGS.clockSuspect;
  const activationId = isTwin ? twin.activationId : idAt(idMs);
  const occurredAtUs = isTwin
    ? twin.occurredAtUs
    : (idMs + skewMs(random)) * 1_000 + (random() < 0.5 ? pick(random, 1_000) : 0);
  const happenedMs = isSuspect ? ms : Math.floor(occurredAtUs / 1_000);
  const idApart = !isSuspect && isIdApart({ activationId, occurredAtUs }) ? FLAGS.idApart : 0;
  const delayMs = random() < 0.3 ? pick(random, 3_600_000) : pick(random, 500);
  const unregistered = random() < 0.15 ? FLAGS.unregistered : 0;
  return rowOf({
    systemNo,
    runNo: 1 + pick(random, RUNS_EACH),
    // The last sensor fires hardly ever.
    entityNo: random() < 0.005 ? SENSORS.length : 1 + pick(random, SENSORS.length - 1),
    activationId,
    occurredAtUs,
    // Several arrive in the same microsecond.
    receivedAtUs: (Math.floor((happenedMs + delayMs) / 50) * 50 + 1) * 1_000,
    seq: pick(random, 3) === 0 ? 0 : 1 + pick(random, 1_000),
    flags: unregistered | idApart | (isSuspect ? FLAGS.clockSuspect : 0),
    attributes: random() < 0.1 ? '{"why": "=cmd()", "ü": "a\\"b"}' : undefined,
  });
}

/** Some make the id a while before or after the time, and some send what happened days before with an id of now. */
function skewMs(random: () => number): number {
  const luck = random();
  if (luck < 0.1) return pick(random, 8 * 60_000) - 4 * 60_000;
  return luck < 0.15 ? -pick(random, 3 * DAY_MS) : 0;
}

export const isSuspectRow = (row: ActivationRow) => (row.flags & FLAGS.clockSuspect) !== 0;
export const shownUsOf = (row: ActivationRow) =>
  isSuspectRow(row) ? row.receivedAtUs : row.occurredAtUs;
export const isLateRow = (row: ActivationRow) =>
  !isSuspectRow(row) && row.receivedAtUs - row.occurredAtUs > 60_000_000;
export const keyOf = (row: ActivationRow) => `${SYSTEMS[row.systemNo - 1]} ${row.activationId}`;
export const keyOfMessage = (row: StoredActivation) => `${row.system_id} ${row.activation_id}`;

export const NO_FILTERS: ActivationFilters = {
  system_id: "",
  run_id: "",
  category: "",
  name: "",
  identity: "",
  since: null,
  until: null,
  unregistered: false,
  clock_suspect: false,
  late: false,
};

/** What a list with these filters must have, in its order: written down again without any thought of speed. */
export function modelList(rows: readonly ActivationRow[], filters: ActivationFilters): string[] {
  const usOf = (time: { seconds: number; nanos: number }) =>
    time.seconds * 1e6 + Math.floor(time.nanos / 1e3);
  const like = (pattern: string, text: string) =>
    pattern === "" ||
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
      "su",
    ).test(text);
  const isWanted = (row: ActivationRow) => {
    const sensor = SENSORS[row.entityNo - 1] as Sensor;
    return (
      (filters.system_id === "" || SYSTEMS[row.systemNo - 1] === filters.system_id) &&
      (filters.run_id === "" || runIdOf(row.systemNo, row.runNo) === filters.run_id) &&
      like(filters.category, sensor.category) &&
      like(filters.name, sensor.name) &&
      like(filters.identity, sensor.identity) &&
      (!filters.since || shownUsOf(row) >= usOf(filters.since)) &&
      (!filters.until || shownUsOf(row) < usOf(filters.until)) &&
      (!filters.unregistered || (row.flags & FLAGS.unregistered) !== 0) &&
      (!filters.clock_suspect || isSuspectRow(row)) &&
      (!filters.late || isLateRow(row))
    );
  };
  const order = (row: ActivationRow) => {
    const isElsewhere = (row.flags & (FLAGS.clockSuspect | FLAGS.idApart)) !== 0;
    const ms = isElsewhere ? Math.floor(shownUsOf(row) / 1_000) : uuidMs(row.activationId);
    return [
      ms,
      isElsewhere ? 0 : 1,
      isElsewhere ? shownUsOf(row) : 0,
      row.activationId,
      row.systemNo,
    ];
  };
  return rows
    .filter(isWanted)
    .map((row) => ({ key: keyOf(row), order: order(row) }))
    .sort((a, b) => {
      for (const [place, value] of a.order.entries()) {
        const other = b.order[place] as typeof value;
        if (value !== other) return value > other ? -1 : 1;
      }
      return 0;
    })
    .map(({ key }) => key);
}
