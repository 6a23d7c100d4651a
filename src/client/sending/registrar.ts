import {
  MainService,
  type SystemRunEndResponseOutput,
  type SystemRunResponseOutput,
  type Timestamp,
} from "slimmer-grpc";
import type { DeviceClock } from "../clock/device-clock.ts";
import type { RunBook, RunRecord } from "../outbox/run-record.ts";
import type { Connection } from "./connection.ts";
import type { Verdict } from "./verdict.ts";
import { verdictOf } from "./verdict.ts";

/** What the server allows in one batch. */
export type ServerLimits = { maxBatch: number; maxMessageBytes: number };

/** Tells the server of runs, and of their ends. */
export type Registrar = {
  /** Resolves once the server has the run as far as it will ever have it. Never rejects but when it is stopped. */
  ensure(runId: string): Promise<void>;
  /** The server has forgotten this run: it is registered again with the same id. False when that can't be done. */
  again(runId: string): boolean;
  /** Does what is to be done. */
  wake(): void;
  readonly isBusy: boolean;
  stop(): void;
};

export type RegistrarOptions = {
  connection: Connection;
  runs: RunBook;
  clock: Pick<DeviceClock, "learn">;
  callMs: number;
  onLimits(limits: ServerLimits): void;
  onSuccess(): void;
  /** Says how a failure is to be met: resolves when the next attempt is due. */
  afterFailure(verdict: Verdict): Promise<void>;
};

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { connection, runs, clock, callMs, onLimits, onSuccess, afterFailure } = options;
  /** Registrations under way. */
  const registering = new Map<string, Promise<void>>();
  const ending = new Set<string>();
  /** Runs that the server has forgotten. */
  const forgotten = new Set<string>();
  let isStopped = false;

  function isDue(runId: string): boolean {
    return forgotten.has(runId) || runs.unregistered.some((run) => run.runId === runId);
  }

  /** Tries until the server has taken the run, or refused it for good. */
  async function register(runId: string): Promise<void> {
    while (!isStopped) {
      const run = runs.get(runId);
      if (!run || !isDue(runId)) return;
      try {
        const answer = await connection.call(MainService.new_system_run, toRequest(run), callMs);
        const response = answer.response as SystemRunResponseOutput;
        learn(response.server_time, answer);
        if (response.limits) {
          onLimits({
            maxBatch: response.limits.max_batch,
            maxMessageBytes: response.limits.max_message_bytes,
          });
        }
        forgotten.delete(runId);
        runs.registered(
          runId,
          { added: response.added, removed: response.removed },
          response.run_id,
        );
        onSuccess();
        return;
      } catch (error) {
        const verdict = verdictOf(error);
        if (verdict.action === "divide" && verdict.isSlimmers && verdict.reason !== "INTERNAL") {
          forgotten.delete(runId);
          runs.registrationRefused(runId, verdict);
          return;
        }
        await afterFailure(verdict);
      }
    }
  }

  async function end(run: RunRecord): Promise<void> {
    ending.add(run.runId);
    try {
      while (!isStopped && !(await tryEnd(run)));
    } finally {
      ending.delete(run.runId);
    }
  }

  /** Whether there is nothing more to do. */
  async function tryEnd(run: RunRecord): Promise<boolean> {
    const { systemId: system_id, runId: run_id, end: planned } = run;
    if (!planned) return true;
    await ensure(run_id);
    try {
      const answer = await connection.call(
        MainService.end_system_run,
        { system_id, run_id, reason: planned.reason, ended_at: toTimestamp(planned.atMs) },
        callMs,
      );
      learn((answer.response as SystemRunEndResponseOutput).server_time, answer);
      runs.ended(run_id);
      onSuccess();
      return true;
    } catch (error) {
      const verdict = verdictOf(error);
      // A server of 2018 knows no ends: there is nothing to tell it.
      if (verdict.action === "fall back") {
        runs.ended(run_id);
        return true;
      }
      const isLost = verdict.action === "register" && !again(run_id);
      const isRefused =
        verdict.action === "divide" && verdict.isSlimmers && verdict.reason !== "INTERNAL";
      if (isLost || isRefused) {
        runs.endRefused(run_id, verdict);
        return true;
      }
      if (verdict.action !== "register") await afterFailure(verdict);
      return false;
    }
  }

  function learn(
    serverTime: { seconds: number; nanos: number } | null,
    answer: { sentAt: number; receivedAt: number },
  ): void {
    if (!serverTime) return;
    clock.learn(
      serverTime.seconds * 1_000 + serverTime.nanos / 1_000_000,
      answer.sentAt,
      answer.receivedAt,
    );
  }

  function ensure(runId: string): Promise<void> {
    let work = registering.get(runId);
    if (work) return work;
    if (!isDue(runId)) return Promise.resolve();
    work = register(runId).finally(() => registering.delete(runId));
    registering.set(runId, work);
    return work;
  }

  function again(runId: string): boolean {
    if (!runs.get(runId)) return false;
    forgotten.add(runId);
    void ensure(runId);
    return true;
  }

  return {
    ensure,
    again,
    wake() {
      if (isStopped) return;
      for (const { runId } of runs.unregistered) void ensure(runId);
      for (const run of runs.unended) if (!ending.has(run.runId)) void end(run);
    },
    get isBusy() {
      return registering.size > 0 || ending.size > 0;
    },
    stop() {
      isStopped = true;
    },
  };
}

function toRequest(run: RunRecord) {
  const { systemId, runId, sensors, startedAtMs, labels, client, silentAfterMs } = run;
  return {
    system_id: systemId,
    run_id: runId,
    entities: [...sensors],
    started_at: toTimestamp(startedAtMs),
    labels,
    client,
    ...(silentAfterMs === undefined
      ? {}
      : {
          silent_after: {
            seconds: Math.floor(silentAfterMs / 1_000),
            nanos: (silentAfterMs % 1_000) * 1_000_000,
          },
        }),
  };
}

function toTimestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  return {
    seconds,
    nanos: Math.min(999_999_999, Math.round((ms - seconds * 1_000) * 1_000) * 1_000),
  };
}
