import {
  type Activation,
  type ActivationRow,
  FLAGS,
  isIdApart,
  type Stored,
} from "../domain/activation.ts";
import { type Entity, entityKey } from "../domain/entity.ts";
import { isRetryable, SlimmerError } from "../domain/errors.ts";
import { LIMITS } from "../domain/limits.ts";
import { unknownRun } from "../store/runs.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { FlushResult } from "./flush.ts";
import { bytesOf, type Caller, type GroupCommit } from "./group-commit.ts";
import type { Horizon } from "./horizon.ts";
import type { CachedRun, RunCache } from "./run-cache.ts";

export type Intake = {
  /** Stores one activation; settles after the commit. Rejects with a SlimmerError. */
  accept(activation: Activation, caller: Caller): Promise<Stored>;
  /**
   * Stores many, with an outcome for each in its place. A refused item fails no other. Rejects only when nothing can be
   * said about any item (the queue is full, PostgreSQL is away).
   */
  acceptMany(
    items: readonly (Activation | SlimmerError)[],
    caller: Caller,
  ): Promise<(Stored | SlimmerError)[]>;
  /** Settles when the queue has room for what was refused; rejects when too much waits for that already. */
  room(items: readonly (Activation | SlimmerError)[]): Promise<void>;
};

export type IntakeOptions = {
  commit: GroupCommit;
  runs: RunCache;
  horizon: Horizon;
  /** Gives a sensor that its run has not listed its number; throws UNREGISTERED_LIMIT. */
  numberUnregistered(systemId: string, run: CachedRun, entity: Entity): Promise<number>;
  metrics: Pick<Metrics, "activations" | "activationsFlagged">;
};

/** The rules between the edge and the queue: names become numbers, wrong clocks and unlisted sensors are flagged. */
export function createIntake(options: IntakeOptions): Intake {
  const { commit, runs, horizon, numberUnregistered } = options;
  const count = counters(options.metrics);

  async function accept(activation: Activation, caller: Caller): Promise<Stored> {
    try {
      const row = rowFromMemory(activation) ?? (await rowFromStore(activation));
      const result = await commit.add([row], caller);
      const outcome = outcomeOf(row, 0, result);
      if (outcome instanceof SlimmerError) throw outcome;
      count.stored(outcome);
      return outcome;
    } catch (error) {
      count.failed(error);
      throw error;
    }
  }

  async function acceptMany(items: readonly (Activation | SlimmerError)[], caller: Caller) {
    try {
      const outcomes = await storeMany(items, caller);
      count.all(outcomes);
      return outcomes;
    } catch (error) {
      count.failed(error, items.length);
      throw error;
    }
  }

  async function storeMany(items: readonly (Activation | SlimmerError)[], caller: Caller) {
    const fromMemory = memoryOfOneBatch();
    const outcomes = new Array<Stored | SlimmerError>(items.length);
    const rows: ActivationRow[] = [];
    const places: number[] = [];
    for (const [place, item] of items.entries()) {
      const row =
        item instanceof SlimmerError
          ? item
          : (fromMemory(item) ?? (await rowFromStore(item).catch(asRefusal)));
      if (row instanceof SlimmerError) {
        outcomes[place] = row;
        continue;
      }
      rows.push(row);
      places.push(place);
    }
    const result = rows.length > 0 ? await commit.add(rows, caller) : undefined;
    for (const [index, row] of rows.entries()) {
      outcomes[places[index] as number] = outcomeOf(row, index, result);
    }
    return outcomes;
  }

  /** Without any wait, when the run and the sensor are known here; that is nearly always. */
  function rowFromMemory(activation: Activation): ActivationRow | undefined {
    const run = runs.peek(activation.systemId, activation.runId);
    return run && rowOf(activation, run);
  }

  /** The same, without a new lookup for each item of one run. */
  function memoryOfOneBatch(): (activation: Activation) => ActivationRow | undefined {
    let run: CachedRun | undefined;
    let systemId: string | undefined;
    let runId: string | undefined;
    return (activation) => {
      if (!run || activation.runId !== runId || activation.systemId !== systemId) {
        ({ systemId, runId } = activation);
        run = runs.peek(systemId, runId);
      }
      return run && rowOf(activation, run);
    };
  }

  async function rowFromStore(activation: Activation): Promise<ActivationRow> {
    const { systemId, runId, entity } = activation;
    const run = await runs.get(systemId, runId);
    if (!run) throw unknownRun(systemId, runId);
    const row = rowOf(activation, run);
    if (row) return row;
    const entityNo = await numberUnregistered(systemId, run, entity);
    run.unlisted.set(entityKey(entity), entityNo);
    return buildRow(activation, run, entityNo, FLAGS.unregistered);
  }

  function rowOf(activation: Activation, run: CachedRun): ActivationRow | undefined {
    const key = entityKey(activation.entity);
    const listed = run.listed.get(key);
    if (listed !== undefined) return buildRow(activation, run, listed, 0);
    const unlisted = run.unlisted.get(key);
    return unlisted === undefined
      ? undefined
      : buildRow(activation, run, unlisted, FLAGS.unregistered);
  }

  function buildRow(
    activation: Activation,
    run: CachedRun,
    entityNo: number,
    flags: number,
  ): ActivationRow {
    return {
      systemNo: run.systemNo,
      runNo: run.runNo,
      entityNo,
      activationId: activation.activationId,
      occurredAtUs: activation.occurredAtUs,
      receivedAtUs: activation.receivedAtUs,
      seq: activation.seq,
      flags: flags | clockFlag(activation),
      attributes: activation.attributes,
    };
  }

  function clockFlag(activation: Activation): number {
    if (isClockSuspect(activation)) return FLAGS.clockSuspect;
    return isIdApart(activation) ? FLAGS.idApart : 0;
  }

  /** An id outside the partitions, or a time ahead of the server's or from before the retention. */
  function isClockSuspect({ activationId, occurredAtUs, receivedAtUs }: Activation): boolean {
    return (
      !horizon.covers(activationId) ||
      occurredAtUs > receivedAtUs + LIMITS.clockAheadMs * 1_000 ||
      occurredAtUs < horizon.bounds.lowerMs * 1_000
    );
  }

  return { accept, acceptMany, room: (items) => commit.room(bytesOf(items.filter(isActivation))) };
}

function isActivation(item: Activation | SlimmerError): item is Activation {
  return !(item instanceof SlimmerError);
}

function outcomeOf(
  row: ActivationRow,
  place: number,
  result: FlushResult | undefined,
): Stored | SlimmerError {
  const failure = result?.failures.get(place);
  if (failure) return failure;
  return {
    activationId: row.activationId,
    duplicate: result?.duplicates.has(place) ?? false,
    unregistered: (row.flags & FLAGS.unregistered) !== 0,
    clockSuspect: (row.flags & FLAGS.clockSuspect) !== 0,
  };
}

/** What may stand in an item's place. Overload and absence of the database concern the whole call, and pass through. */
function asRefusal(error: unknown): SlimmerError {
  if (error instanceof SlimmerError && !isRetryable(error)) return error;
  throw error;
}

function counters(metrics: IntakeOptions["metrics"]) {
  const stored = metrics.activations.labels("stored");
  const duplicate = metrics.activations.labels("duplicate");
  const rejected = metrics.activations.labels("rejected");
  const refused = metrics.activations.labels("refused");
  const unregistered = metrics.activationsFlagged.labels("unregistered");
  const clockSuspect = metrics.activationsFlagged.labels("clock_suspect");

  function failed(error: unknown, items = 1): void {
    const isRefused = error instanceof SlimmerError && isRetryable(error);
    (isRefused ? refused : rejected).inc(items);
  }

  return {
    failed,
    stored(outcome: Stored): void {
      (outcome.duplicate ? duplicate : stored).inc();
      if (outcome.duplicate) return;
      if (outcome.unregistered) unregistered.inc();
      if (outcome.clockSuspect) clockSuspect.inc();
    },
    /** Of a batch; counted here first, because a counter of prom-client costs more than a row's place in the queue. */
    all(outcomes: readonly (Stored | SlimmerError)[]): void {
      const sums = { stored: 0, duplicate: 0, unregistered: 0, clockSuspect: 0 };
      for (const outcome of outcomes) {
        if (outcome instanceof SlimmerError) failed(outcome);
        else if (outcome.duplicate) sums.duplicate += 1;
        else {
          sums.stored += 1;
          if (outcome.unregistered) sums.unregistered += 1;
          if (outcome.clockSuspect) sums.clockSuspect += 1;
        }
      }
      stored.inc(sums.stored);
      duplicate.inc(sums.duplicate);
      unregistered.inc(sums.unregistered);
      clockSuspect.inc(sums.clockSuspect);
    },
  };
}
