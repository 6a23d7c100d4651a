import {
  type Activation,
  type ActivationBatchOutput,
  type ActivationBatchResponse,
  type ActivationOutput,
  type ActivationResponse,
  MainService,
  type PingOutput,
  type Pong,
  type SystemRunEndOutput,
  type SystemRunEndResponse,
  type SystemRunOutput,
  type SystemRunResponse,
} from "slimmer-grpc";
import { LIMITS } from "../domain/limits.ts";
import type { NewRun, RegisteredRun } from "../domain/run.ts";
import type { Intake } from "../ingest/intake.ts";
import type { PresenceBook } from "../ingest/presence.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { decodeActivation, decodeActivationBatch } from "./activation-decoder.ts";
import { encodeActivationResponse } from "./activation-encoder.ts";
import { type Drain, serveActivationStream } from "./activation-stream.ts";
import type { CallContext } from "./call-context.ts";
import { callMeter } from "./call-meter.ts";
import { tolerant } from "./definition.ts";
import {
  isActivationOf2018,
  isRunOf2018,
  parseActivation,
  parseBatch,
  parsePing,
  parseRun,
  parseRunEnd,
} from "./parse.ts";
import { unary } from "./unary.ts";
import { toResult, toTimestamp } from "./wire.ts";

export type MainServiceOptions = {
  intake: Intake;
  presence: Pick<PresenceBook, "note">;
  runs: {
    register(run: NewRun): Promise<RegisteredRun>;
    /** False when the run had ended before; throws RUN_UNKNOWN. */
    end(end: ReturnType<typeof parseRunEnd>): Promise<boolean>;
    /** The run's number; throws RUN_UNKNOWN unless the system has such a run. */
    require(systemId: string, runId: string): Promise<number>;
  };
  /** Oldest time that a device's clock may show, in Unix milliseconds. */
  oldestMs(): number;
  drain: Drain;
  metrics: Metrics;
  log: Logger;
  nowMs(): number;
};

const SERVICE = "slimmer_grpc.Main";
const WIRE_LIMITS = {
  max_batch: LIMITS.maxBatch,
  max_message_bytes: LIMITS.maxMessageBytes,
  max_entities: LIMITS.maxEntities,
};

/** `slimmer_grpc.Main`: its definition, and what each method does. */
export function mainService(options: MainServiceOptions) {
  const { intake, presence, runs, oldestMs, drain, metrics, log, nowMs } = options;
  const meter = (method: string, type: "unary" | "bidi_stream" = "unary") =>
    callMeter(metrics, SERVICE, method, type);
  const tools = (method: string) => ({ meter: meter(method), log, nowMs });

  async function ping(request: PingOutput, { receivedAtMs }: CallContext): Promise<Pong> {
    const sign = parsePing(request);
    if (!sign) return { message: request.message };
    const runNo =
      sign.runId === undefined ? undefined : await runs.require(sign.systemId, sign.runId);
    await presence.note(sign.systemId, { runNo, seenAtMs: receivedAtMs, report: sign.report });
    return { message: request.message, server_time: toTimestamp(nowMs()) };
  }

  async function newSystemRun(
    request: SystemRunOutput,
    { receivedAtMs }: CallContext,
  ): Promise<SystemRunResponse> {
    const run = parseRun(request, { receivedAtMs, oldestMs: oldestMs() });
    const { runId, added, removed } = await runs.register(run);
    if (isRunOf2018(request)) return { run_id: runId };
    return {
      run_id: runId,
      server_time: toTimestamp(nowMs()),
      limits: WIRE_LIMITS,
      added: [...added],
      removed: [...removed],
    };
  }

  /** Answers once the activation is durable, so `success` is never a hope. */
  async function newActivation(
    request: ActivationOutput,
    context: CallContext,
  ): Promise<ActivationResponse> {
    const { receivedAtMs } = context;
    const activation = parseActivation(request, { receivedAtMs, oldestMs: oldestMs() });
    const stored = await intake.accept(activation, context);
    if (isActivationOf2018(request)) return { success: true };
    return {
      success: true,
      activation_id: stored.activationId,
      duplicate: stored.duplicate,
      unregistered: stored.unregistered,
      clock_suspect: stored.clockSuspect,
    };
  }

  async function newActivations(
    request: ActivationBatchOutput,
    context: CallContext,
  ): Promise<ActivationBatchResponse> {
    const { receivedAtMs } = context;
    const items = parseBatch(request, { receivedAtMs, oldestMs: oldestMs() });
    const outcomes = await intake.acceptMany(items, context);
    return { results: outcomes.map((outcome, index) => toResult(outcome, idOf(request, index))) };
  }

  async function endSystemRun(
    request: SystemRunEndOutput,
    { receivedAtMs }: CallContext,
  ): Promise<SystemRunEndResponse> {
    const ended = await runs.end(parseRunEnd(request, receivedAtMs));
    return { server_time: toTimestamp(nowMs()), already_ended: !ended };
  }

  return {
    definition: tolerant(MainService, {
      new_activation: { decode: decodeActivation, encode: encodeActivationResponse },
      new_activations: { decode: decodeActivationBatch },
      stream_activations: { decode: decodeActivationBatch },
    }),
    handlers: {
      ping: unary(tools("ping"), ping),
      new_system_run: unary(tools("new_system_run"), newSystemRun),
      new_activation: unary(tools("new_activation"), newActivation),
      new_activations: unary(tools("new_activations"), newActivations),
      end_system_run: unary(tools("end_system_run"), endSystemRun),
      stream_activations: serveActivationStream({
        intake,
        drain,
        meter: meter("stream_activations", "bidi_stream"),
        log,
        oldestMs,
        nowMs,
      }),
    },
  };
}

function idOf(batch: ActivationBatchOutput, index: number): string {
  return (batch.activations[index] as Activation).activation_id ?? "";
}
