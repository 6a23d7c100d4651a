import pg from "pg";
import { checkFold, type Finding, finding, type Row, readRows } from "./check.ts";
import type { FiredEntry, JournalEntry } from "./client-journal.ts";
import { sensorOf } from "./client-protocol.ts";

/** What one client's processes wrote down, and which of them were killed. */
export type ClientAccount = {
  readonly systemId: string;
  readonly entries: readonly JournalEntry[];
  readonly killed: ReadonlySet<number>;
};

export type ClientCounts = {
  readonly fired: number;
  readonly stored: number;
  /** Rows beyond the first of an activation. */
  readonly duplicated: number;
  readonly lost: number;
  /** In memory only (the disk was full) when their process was killed, and not stored. */
  readonly atRisk: number;
  /** Fired by a process that no server had told the time yet, while the clock was wrong. */
  readonly mistimed: number;
  /** Answers that said that an earlier copy was there. */
  readonly retriesMet: number;
  readonly retries: ReadonlyMap<string, number>;
  readonly problems: ReadonlyMap<string, number>;
};

/** How far a stored time may be from the true one. */
const TIME_MS = 2_000;
const SUSPECT = 2;

export async function checkClients(
  url: string,
  accounts: readonly ClientAccount[],
  finishedAt: number,
): Promise<{ findings: Finding[]; counts: ClientCounts }> {
  const db = new pg.Client(url);
  db.on("error", () => {});
  await db.connect();
  try {
    const fold = await checkFold(db, () => performance.now() - finishedAt);
    const { findings, counts } = judge(await readRows(db), accounts);
    return { findings: [...findings, fold.finding], counts };
  } finally {
    await db.end();
  }
}

type Fired = FiredEntry & { systemId: string; wasKilled: boolean };

/** Holds what is stored against what was written down. */
export function judge(rows: readonly Row[], accounts: readonly ClientAccount[]) {
  const fired = accounts.flatMap(firedOf);
  const byId = new Map(fired.map((entry) => [entry.id, entry]));
  const entries = accounts.flatMap((account) => account.entries);
  const delivered = new Set(of(entries, "delivered").flatMap(({ ids }) => ids));
  const dropped = of(entries, "dropped");
  const refused = of(entries, "refused");

  const stored = new Set<string>();
  const doubled: string[] = [];
  const strays: Row[] = [];
  const wrong: string[] = [];
  const mistimed: string[] = [];
  let unsureOfTime = 0;
  for (const row of rows) {
    if (stored.has(row.activation_id)) doubled.push(row.activation_id);
    stored.add(row.activation_id);
    const entry = byId.get(row.activation_id);
    if (!entry) {
      strays.push(row);
      continue;
    }
    if (!isAsFired(row, entry)) wrong.push(row.activation_id);
    if (isOnTime(row, entry)) continue;
    if (entry.knewTime) mistimed.push(describe(row, entry));
    else unsureOfTime += 1;
  }
  const missing = fired.filter(({ id }) => !stored.has(id));
  const isLost = ({ savedTo, wasKilled, id }: Fired) =>
    delivered.has(id) || savedTo === "disk" || (savedTo === "memory" && !wasKilled);
  const lost = missing.filter(isLost);
  const unaccepted = fired.filter(({ savedTo }) => savedTo === "nowhere");

  const silent = accounts.filter(({ systemId }) => fired.every((one) => one.systemId !== systemId));
  const findings: Finding[] = [
    finding(
      "every client has fired",
      silent.map(({ systemId }) => systemId),
      "",
    ),
    finding("no activation on disk is lost, whatever was killed", idsOf(lost, "disk"), ""),
    finding(
      "none in memory is lost while its process lives",
      lost.filter(({ savedTo }) => savedTo !== "disk").map(({ id }) => id),
      "",
    ),
    finding(
      "none is lost that was told to be delivered",
      [...delivered].filter((id) => !stored.has(id)),
      `of ${delivered.size}`,
    ),
    finding("no activation is stored twice", doubled, `of ${rows.length}`),
    finding(
      "nothing else is stored",
      foreign(strays, accounts),
      `but ${strays.length} of killed processes`,
    ),
    finding("each is stored with its run, its sensor and its number", wrong, ""),
    finding(
      "each is stored at its own time",
      mistimed,
      `but ${unsureOfTime} that could not know it`,
    ),
    finding("no number is given twice in a run, and none is left out", brokenRuns(fired), ""),
    finding(
      "nothing is refused",
      refused.map(({ id, status, reason }) => `${id}: ${status} ${reason ?? ""}`),
      "",
    ),
    finding(
      "nothing is dropped",
      [
        ...dropped.map(({ cause, count }) => `${count} ${cause}`),
        ...unaccepted.map(({ id }) => `${id} was not accepted`),
      ],
      "",
    ),
  ];
  const counts: ClientCounts = {
    fired: fired.length,
    stored: stored.size,
    duplicated: doubled.length,
    lost: lost.length,
    atRisk: missing.filter((entry) => entry.savedTo === "memory" && !isLost(entry)).length,
    mistimed: unsureOfTime,
    retriesMet: of(entries, "delivered").reduce((sum, { duplicates }) => sum + duplicates, 0),
    retries: tally(of(entries, "retried").map(({ name }) => name)),
    problems: tally([
      ...of(entries, "problem").map(({ what, message }) => `${what}: ${message}`),
      ...of(entries, "start failed").map(startFailure),
    ]),
  };
  return { findings, counts };
}

function firedOf({ systemId, entries, killed }: ClientAccount): Fired[] {
  const lives = new Map(of(entries, "run").map(({ runId, life }) => [runId, life]));
  return of(entries, "fired").map((entry) => ({
    ...entry,
    systemId,
    wasKilled: killed.has(lives.get(entry.runId) ?? 0),
  }));
}

function of<Kind extends JournalEntry["kind"]>(
  entries: readonly JournalEntry[],
  kind: Kind,
): Extract<JournalEntry, { kind: Kind }>[] {
  return entries.filter((entry) => entry.kind === kind) as Extract<JournalEntry, { kind: Kind }>[];
}

function idsOf(fired: readonly Fired[], savedTo: Fired["savedTo"]): string[] {
  return fired.filter((entry) => entry.savedTo === savedTo).map(({ id }) => id);
}

function isAsFired(row: Row, { systemId, runId, sensor, seq }: Fired): boolean {
  const { category, name, identity } = sensorOf(sensor);
  return (
    row.system_id === systemId &&
    row.run_id === runId &&
    row.category === category &&
    row.name === name &&
    row.identity === identity &&
    Number(row.seq) === seq &&
    (row.flags & ~SUSPECT) === 0
  );
}

function isOnTime({ occurred_ms, flags }: Row, { trueMs }: Fired): boolean {
  return Math.abs(occurred_ms - trueMs) < TIME_MS && (flags & SUSPECT) === 0;
}

function describe({ activation_id, occurred_ms }: Row, { trueMs, runId, seq }: Fired): string {
  return `${activation_id} (${seq} of run ${runId}) is ${Math.round(occurred_ms - trueMs)} ms off`;
}

/**
 * What nobody wrote down. A process that was killed between the return of `fire` and its journal has fired one more: the
 * next number of its run.
 */
function foreign(strays: readonly Row[], accounts: readonly ClientAccount[]): string[] {
  const last = new Map<string, { seq: number; wasKilled: boolean }>();
  for (const account of accounts) {
    for (const { runId, life } of of(account.entries, "run")) {
      last.set(runId, { seq: 0, wasKilled: account.killed.has(life) });
    }
    for (const { runId, seq } of of(account.entries, "fired")) {
      const run = last.get(runId);
      if (run) run.seq = Math.max(run.seq, seq);
    }
  }
  return strays
    .filter(({ run_id, seq }) => {
      const run = last.get(run_id);
      return !run?.wasKilled || Number(seq) !== run.seq + 1;
    })
    .map(({ activation_id }) => activation_id);
}

/** Runs whose numbers are not 1, 2, 3 …; what was not accepted has none. */
function brokenRuns(fired: readonly Fired[]): string[] {
  const seqs = new Map<string, number[]>();
  for (const { runId, seq, savedTo } of fired) {
    if (savedTo === "nowhere") continue;
    const list = seqs.get(runId) ?? [];
    list.push(seq);
    seqs.set(runId, list);
  }
  return [...seqs]
    .filter(([, list]) => list.some((seq, place) => seq !== place + 1))
    .map(([id]) => id);
}

/** The message of a ClientError may name a process, and differ each time. */
function startFailure({ code, message }: Extract<JournalEntry, { kind: "start failed" }>): string {
  return `start failed: ${code === "no ClientError" ? message : code}`;
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
