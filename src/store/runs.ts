import { SlimmerError } from "../domain/errors.ts";
import type { NewRun, RegisteredRun } from "../domain/run.ts";
import { compareManifests, keepManifest, manifestHash } from "./manifests.ts";
import type { Queryable } from "./queryable.ts";
import { lockSystem } from "./systems.ts";

/** What the write path needs of a run. */
export type KnownRun = { systemNo: number; runNo: number; manifestHash: Buffer };

/** The run with this id in the system with this name, or undefined. */
export async function findRun(
  db: Queryable,
  systemId: string,
  runId: string,
): Promise<KnownRun | undefined> {
  const { rows } = await db.query({
    name: "find_run",
    text: `select runs.system_no, runs.run_no, runs.manifest_hash
      from systems
      join runs on runs.system_no = systems.system_no and runs.run_id = $2
      where systems.system_id = $1`,
    values: [systemId, runId],
  });
  const row = rows[0];
  return row && { systemNo: row.system_no, runNo: row.run_no, manifestHash: row.manifest_hash };
}

/**
 * Registers a run, and makes it the system's current one unless a run that began later is there already (an old run
 * that waited in a spool). The same run_id with the same list changes nothing and is answered as the first time; with
 * another list it is a RUN_CONFLICT. Must run in a transaction.
 */
export async function registerRun(tx: Queryable, run: NewRun): Promise<RegisteredRun> {
  const systemNo = await lockSystem(tx, run.systemId);
  const hash = manifestHash(run.entities);
  const known = await findRow(tx, systemNo, run.runId);
  if (known && !known.manifest_hash.equals(hash)) {
    throw new SlimmerError(
      "RUN_CONFLICT",
      `run ${run.runId} of ${run.systemId} was registered with another list of sensors: a new list needs a new run_id`,
    );
  }
  if (known) return answer(tx, systemNo, run.runId, known);
  await keepManifest(tx, systemNo, hash, run.entities);
  return answer(tx, systemNo, run.runId, await insertRun(tx, systemNo, hash, run));
}

type RunRow = { run_no: number; manifest_hash: Buffer; previous_run_no: number | null };

async function findRow(
  tx: Queryable,
  systemNo: number,
  runId: string,
): Promise<RunRow | undefined> {
  const { rows } = await tx.query(
    "select run_no, manifest_hash, previous_run_no from runs where system_no = $1 and run_id = $2",
    [systemNo, runId],
  );
  return rows[0];
}

async function insertRun(
  tx: Queryable,
  systemNo: number,
  hash: Buffer,
  run: NewRun,
): Promise<RunRow> {
  const current = await currentRun(tx, systemNo);
  const isLate = current !== undefined && run.startedAtMs < current.startedAtMs;
  const receivedAt = new Date(run.receivedAtMs);
  const { rows } = await tx.query(
    `insert into runs (
      system_no, run_no, run_id, manifest_hash, previous_run_no, started_at, clock_suspect, received_at, superseded_at,
      client_name, client_version, client_host, labels, silent_after_ms
    )
    select $1, coalesce(max(run_no), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
    from runs
    where system_no = $1
    returning run_no, manifest_hash, previous_run_no`,
    [
      systemNo,
      run.runId,
      hash,
      current?.runNo ?? null,
      new Date(run.startedAtMs),
      run.clockSuspect,
      receivedAt,
      isLate ? receivedAt : null,
      run.client.name,
      run.client.version,
      run.client.host,
      JSON.stringify(run.labels),
      run.silentAfterMs ?? null,
    ],
  );
  const row = rows[0] as RunRow;
  if (!isLate) await makeCurrent(tx, systemNo, row.run_no, current?.runNo, receivedAt);
  return row;
}

async function currentRun(
  tx: Queryable,
  systemNo: number,
): Promise<{ runNo: number; startedAtMs: number } | undefined> {
  const { rows } = await tx.query(
    `select runs.run_no, runs.started_at
    from system_state
    join runs on runs.system_no = system_state.system_no and runs.run_no = system_state.current_run_no
    where system_state.system_no = $1`,
    [systemNo],
  );
  return rows[0] && { runNo: rows[0].run_no, startedAtMs: rows[0].started_at.getTime() };
}

/** Last in its transaction: the folder writes system_state too, and must not wait for long. */
async function makeCurrent(
  tx: Queryable,
  systemNo: number,
  runNo: number,
  previousNo: number | undefined,
  at: Date,
): Promise<void> {
  if (previousNo !== undefined) {
    await tx.query(
      `update runs set superseded_at = $3
      where system_no = $1 and run_no = $2 and superseded_at is null and ended_at is null`,
      [systemNo, previousNo, at],
    );
  }
  await tx.query(
    `insert into system_state as kept (system_no, current_run_no, last_seen_at) values ($1, $2, $3)
    on conflict (system_no) do update
    set current_run_no = excluded.current_run_no, last_seen_at = greatest(kept.last_seen_at, excluded.last_seen_at)`,
    [systemNo, runNo, at],
  );
}

async function answer(
  tx: Queryable,
  systemNo: number,
  runId: string,
  row: RunRow,
): Promise<RegisteredRun> {
  const base = { systemNo, runNo: row.run_no, runId };
  if (row.previous_run_no === null) return { ...base, added: [], removed: [] };
  const { rows } = await tx.query(
    "select manifest_hash from runs where system_no = $1 and run_no = $2",
    [systemNo, row.previous_run_no],
  );
  const previous = rows[0].manifest_hash as Buffer;
  return { ...base, ...(await compareManifests(tx, systemNo, row.manifest_hash, previous)) };
}

/** Notes the planned end of a run; false when it had ended before. Throws RUN_UNKNOWN. */
export async function endRun(
  tx: Queryable,
  end: { systemId: string; runId: string; reason: string; endedAtMs: number },
): Promise<boolean> {
  const run = await findRun(tx, end.systemId, end.runId);
  if (!run) throw unknownRun(end.systemId, end.runId);
  const { rowCount } = await tx.query(
    `update runs set ended_at = $3, end_reason = $4
    where system_no = $1 and run_no = $2 and ended_at is null`,
    [run.systemNo, run.runNo, new Date(end.endedAtMs), end.reason],
  );
  return rowCount === 1;
}

export function unknownRun(systemId: string, runId: string): SlimmerError {
  return new SlimmerError(
    "RUN_UNKNOWN",
    `system ${JSON.stringify(systemId)} has no run ${runId}: register it with new_system_run, under the same run_id, and send this again`,
  );
}
