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

/** Registrations, and ends of runs, that are begun on their own at once: after a long outage there may be many. */
const MAX_AT_ONCE = 4;
/** A run that is forgotten again so soon was not taken in earnest. */
const FORGETFUL_MS = 1_000;

/** What the server allows in one batch. */
export type ServerLimits = { maxBatch: number; maxMessageBytes: number };

/** Tells the server of runs, and of their ends. */
export type Registrar = {
  /** Resolves once the server has the run as far as it will ever have it. Never rejects but when it is stopped. */
  ensure(runId: string): Promise<void>;
  /** The server has forgotten this run (`verdict`): it is registered again with the same id. False when that can't be done. */
  again(runId: string, verdict: Verdict): boolean;
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
  /** Runs that the server has forgotten, with how it said so. */
  const forgotten = new Map<string, Verdict>();
  /** When the server has last taken a run that it had forgotten, by performance.now(). */
  const renewedAt = new Map<string, number>();
  let isStopped = false;

  function isDue(runId: string): boolean {
    return forgotten.has(runId) || runs.unregistered.some((run) => run.runId === runId);
  }

  /** Tries until the server has taken the run, or refused it for good. */
  async function register(runId: string): Promise<void> {
    const verdict = forgotten.get(runId);
    const before = renewedAt.get(runId);
    // Else a server that takes the run and never knows it would be asked without a pause.
    if (verdict && before !== undefined && performance.now() - before < FORGETFUL_MS) {
      await afterFailure({ ...verdict, retryAfterMs: FORGETFUL_MS });
    }
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
        if (forgotten.delete(runId)) renewedAt.set(runId, performance.now());
        runs.registered(
          runId,
          { added: response.added, removed: response.removed },
          response.run_id || runId,
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
      while (!isStopped && !(await tryEnd(runs.get(run.runId) ?? run)));
    } finally {
      ending.delete(run.runId);
      wake();
    }
  }

  /** Whether there is nothing more to do. */
  async function tryEnd(run: RunRecord): Promise<boolean> {
    const { systemId: system_id, runId, end: planned } = run;
    if (!planned) return true;
    await ensure(runId);
    // Refused while this waited for its registration.
    if (runs.refusalOf(runId)) return true;
    const run_id = runs.get(runId)?.serverRunId ?? runId;
    try {
      const answer = await connection.call(
        MainService.end_system_run,
        { system_id, run_id, reason: planned.reason, ended_at: toTimestamp(planned.atMs) },
        callMs,
      );
      learn((answer.response as SystemRunEndResponseOutput).server_time, answer);
      runs.ended(runId);
      onSuccess();
      return true;
    } catch (error) {
      const verdict = verdictOf(error);
      // A server of 2018 knows no ends: there is nothing to tell it.
      if (verdict.action === "fall back") {
        runs.ended(runId);
        return true;
      }
      const isLost = verdict.action === "register" && !again(runId, verdict);
      const isRefused =
        verdict.action === "divide" && verdict.isSlimmers && verdict.reason !== "INTERNAL";
      if (isLost || isRefused) {
        runs.endRefused(runId, verdict);
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
    work = register(runId).finally(() => {
      registering.delete(runId);
      wake();
    });
    registering.set(runId, work);
    return work;
  }

  function again(runId: string, verdict: Verdict): boolean {
    if (!runs.get(runId)) return false;
    forgotten.set(runId, verdict);
    void ensure(runId);
    return true;
  }

  function wake(): void {
    if (isStopped) return;
    for (const { runId } of runs.unregistered) {
      if (registering.size >= MAX_AT_ONCE) break;
      void ensure(runId);
    }
    for (const run of runs.unended) {
      if (ending.size >= MAX_AT_ONCE) break;
      if (!ending.has(run.runId)) void end(run);
    }
  }

  return {
    ensure,
    again,
    wake,
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
