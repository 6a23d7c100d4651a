import type pg from "pg";
import { type ActivationRow, FLAGS } from "../../src/domain/activation.ts";
import { type Entity, entityKey } from "../../src/domain/entity.ts";
import type { ClientReport } from "../../src/domain/run.ts";
import { flushRows } from "../../src/ingest/flush.ts";
import { createHorizon } from "../../src/ingest/horizon.ts";
import { createActivationReads } from "../../src/reading/activations/create-activation-reads.ts";
import { createReader } from "../../src/reading/create-reader.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { numberUnregistered } from "../../src/store/entities.ts";
import { fold } from "../../src/store/folds.ts";
import { createLane } from "../../src/store/lane.ts";
import { recordPresence } from "../../src/store/presence.ts";
import { endRun, registerRun } from "../../src/store/runs.ts";
import { lockSystem } from "../../src/store/systems.ts";
import { idAt, rowOf } from "../support/rows.ts";

export const SILENT_AFTER_MS = 180_000;

export type ModelFiring = { entity: Entity; shownUs: number; seq: number };

export type ModelRun = {
  systemId: string;
  systemNo: number;
  runNo: number;
  runId: string;
  entities: readonly Entity[];
  startedAtMs: number;
  receivedAtMs: number;
  silentAfterMs: number | undefined;
  labels: Record<string, string>;
  previous: ModelRun | undefined;
  endedAtMs: number | undefined;
  supersededAtMs: number | undefined;
  firings: ModelFiring[];
  report: (ClientReport & { atMs: number }) | undefined;
};

export type ModelSystem = {
  systemId: string;
  runs: ModelRun[];
  current: ModelRun;
  lastSeenUs: number;
  lastPingedMs: number | undefined;
  report: (ClientReport & { atMs: number }) | undefined;
};

/** What a test does to the store by the ways of the server, and the same once more in plain memory. */
export type World = {
  readonly systems: Map<string, ModelSystem>;
  register(run: {
    systemId: string;
    entities: readonly Entity[];
    atMs: number;
    startedAtMs?: number;
    silentAfterMs?: number;
    labels?: Record<string, string>;
  }): Promise<ModelRun>;
  /** Stored by the next `settle`. Sensors that the run does not list are noted as such. */
  fire(
    run: ModelRun,
    entity: Entity,
    firing: { atUs: number; seq?: number; isSuspect?: boolean; receivedUs?: number },
  ): Promise<string>;
  ping(
    system: { systemId: string; run?: ModelRun; report?: ClientReport },
    atMs: number,
  ): Promise<void>;
  end(run: ModelRun, atMs: number, reason?: string): Promise<void>;
  /** Stores what fired, and folds everything. */
  settle(): Promise<void>;
};

export async function createWorld(db: pg.Client | pg.Pool): Promise<World> {
  const client = "totalCount" in db ? await db.connect() : db;
  const horizon = createHorizon();
  await horizon.reload(client);
  const systems = new Map<string, ModelSystem>();
  let waiting: ActivationRow[] = [];
  const entityNos = new Map<string, number>();

  async function entityNo(run: ModelRun, entity: Entity, isListed: boolean): Promise<number> {
    const key = `${run.systemNo} ${run.runNo} ${entityKey(entity)}`;
    const known = entityNos.get(key);
    if (known !== undefined) return known;
    let no: number;
    if (isListed) {
      const { rows } = await client.query(
        "select entity_no from entities where system_no = $1 and category = $2 and name = $3 and identity = $4",
        [run.systemNo, entity.category, entity.name, entity.identity],
      );
      no = rows[0].entity_no;
    } else {
      no = await inTransaction(client, async () => {
        await lockSystem(client, run.systemId);
        return numberUnregistered(client, { systemNo: run.systemNo, runNo: run.runNo, entity });
      });
    }
    entityNos.set(key, no);
    return no;
  }

  return {
    systems,
    async register({ systemId, entities, atMs, startedAtMs = atMs, silentAfterMs, labels = {} }) {
      const runId = idAt(startedAtMs);
      const registered = await inTransaction(client, () =>
        registerRun(client, {
          systemId,
          runId,
          entities,
          startedAtMs,
          clockSuspect: false,
          receivedAtMs: atMs,
          labels,
          client: { name: "test", version: "1.2.3", host: "bench" },
          silentAfterMs,
        }),
      );
      const system = systems.get(systemId);
      const isLate = system !== undefined && startedAtMs < system.current.startedAtMs;
      const run: ModelRun = {
        systemId,
        systemNo: registered.systemNo,
        runNo: registered.runNo,
        runId,
        entities,
        startedAtMs,
        receivedAtMs: atMs,
        silentAfterMs,
        labels,
        previous: system?.current,
        endedAtMs: undefined,
        supersededAtMs: isLate ? atMs : undefined,
        firings: [],
        report: undefined,
      };
      if (!system) {
        systems.set(systemId, {
          systemId,
          runs: [run],
          current: run,
          lastSeenUs: atMs * 1_000,
          lastPingedMs: undefined,
          report: undefined,
        });
        return run;
      }
      system.runs.push(run);
      if (isLate) return run;
      if (system.current.endedAtMs === undefined) system.current.supersededAtMs ??= atMs;
      system.current = run;
      system.lastSeenUs = Math.max(system.lastSeenUs, atMs * 1_000);
      return run;
    },

    async fire(run, entity, { atUs, seq = 0, isSuspect = false, receivedUs = atUs + 40_000 }) {
      const isListed = run.entities.some((listed) => entityKey(listed) === entityKey(entity));
      const row = rowOf({
        systemNo: run.systemNo,
        runNo: run.runNo,
        entityNo: await entityNo(run, entity, isListed),
        activationId: idAt(Math.floor(atUs / 1_000)),
        occurredAtUs: atUs,
        receivedAtUs: receivedUs,
        seq,
        flags: (isListed ? 0 : FLAGS.unregistered) | (isSuspect ? FLAGS.clockSuspect : 0),
      });
      waiting.push(row);
      run.firings.push({ entity, shownUs: isSuspect ? receivedUs : atUs, seq });
      const system = systems.get(run.systemId) as ModelSystem;
      system.lastSeenUs = Math.max(system.lastSeenUs, receivedUs);
      return row.activationId;
    },

    async ping({ systemId, run, report }, atMs) {
      const system = systems.get(systemId) as ModelSystem;
      const { systemNo } = system.current;
      await recordPresence(client, [{ systemNo, runNo: run?.runNo, seenAtMs: atMs, report }]);
      system.lastSeenUs = Math.max(system.lastSeenUs, atMs * 1_000);
      system.lastPingedMs = Math.max(system.lastPingedMs ?? 0, atMs);
      if (!report) return;
      if (atMs > (system.report?.atMs ?? 0)) system.report = { ...report, atMs };
      if (run && atMs > (run.report?.atMs ?? 0)) run.report = { ...report, atMs };
    },

    async end(run, atMs, reason = "done") {
      const { systemId, runId } = run;
      await inTransaction(client, () =>
        endRun(client, { systemId, runId, reason, endedAtMs: atMs }),
      );
      run.endedAtMs ??= atMs;
    },

    async settle() {
      // What is flushed together came together, as far as a system's last sign of life goes: each system has its own.
      for (const systemNo of new Set(waiting.map((row) => row.systemNo))) {
        const rows = waiting.filter((row) => row.systemNo === systemNo);
        await flushRows(client, rows, horizon);
      }
      waiting = [];
      while ((await fold(client)).more);
    },
  };
}

async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** A Reader over a pool whose clock stands where the test says. */
export function readerAt(pool: pg.Pool, clock: { nowMs: number }): Reader {
  const lane = createLane({ pool, width: 2, maxWaiting: 100, waitMs: 10_000 });
  const nowMs = () => clock.nowMs;
  const activations = createActivationReads({ reads: lane, nowMs });
  return createReader({ lane, activations, silentAfterMs: SILENT_AFTER_MS, nowMs });
}
