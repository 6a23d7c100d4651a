import type { ClientReportOutput } from "slimmer-grpc";
import type { DeviceClock } from "../clock/device-clock.ts";
import type { Tell } from "../events.ts";
import type { Outbox } from "../outbox/item.ts";
import type { RunBook } from "../outbox/run-record.ts";
import type { ClientSettings } from "../settings.ts";
import { createConnection } from "./connection.ts";
import { askEcho, type Echo, type EchoRequest, echoError } from "./echo.ts";
import { createGate } from "./gate.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createModes, type Mode } from "./modes.ts";
import { createRegistrar } from "./registrar.ts";
import { createSender } from "./sender.ts";
import { createShipper } from "./shipper.ts";
import { verdictOf } from "./verdict.ts";
import { isXdsTarget } from "./xds-target.ts";

/** Calls that went unanswered until their deadline, one after the other, before the channel is made anew (grpc-node#2785). */
const MAX_SILENCES = 3;

export type SendingOptions = {
  settings: ClientSettings;
  outbox: Outbox;
  runs: RunBook;
  clock: DeviceClock;
  tell: Tell;
  report(): ClientReportOutput;
  /** The server has taken note of this. */
  onReported(report: ClientReportOutput): void;
  /** The run whose sign of life a heartbeat is. */
  currentRunId(): string | undefined;
  /** Whether something would be lost if the process ended now. */
  keepsAlive(): boolean;
  random?: () => number;
};

/** Everything that talks to the server. */
export type Sending = {
  /** Rejects with a ClientError: NOT_SLIMMER, ACCESS_DENIED, SERVER_AWAY. */
  firstEcho(timeoutMs: number): Promise<void>;
  start(): void;
  ping(): Promise<{ roundTripMs: number; clockSkewMs: number | undefined }>;
  readonly mode: Mode;
  readonly isConnected: boolean;
  readonly retries: number;
  /** Lets go of the server. What is under way is put back. */
  stop(): Promise<void>;
};

export function createSending(options: SendingOptions): Sending {
  const { settings, outbox, runs, clock, tell, report, currentRunId } = options;
  const { address, systemId, callTimeoutMs: callMs } = settings;
  let silences = 0;
  let isStopped = false;
  let isWaking = false;
  const listening = {
    onAnswer() {
      silences = 0;
    },
    onSilence() {
      silences += 1;
      if (silences >= MAX_SILENCES) remake();
    },
  };
  const connection = createConnection(settings, listening);
  const gate = createGate({
    address,
    tell,
    keepsAlive: options.keepsAlive,
    random: options.random,
  });
  const modes = createModes({
    sending: settings.sending,
    isBalanced: isXdsTarget(address),
    monoMs: () => performance.now(),
  });
  const shipper = createShipper({
    connection,
    callMs,
    streamHooks: {
      onAck() {
        listening.onAnswer();
        modes.streamWorks();
      },
      onUseless(error) {
        // What slimmer says comes by the stream, which works then.
        if (!verdictOf(error).isSlimmers) modes.streamBroke();
      },
      onSilence: listening.onSilence,
    },
  });
  let heartbeat: { stop(): void } | undefined;

  const registrar = createRegistrar({
    connection,
    runs,
    clock,
    callMs,
    onLimits: (limits) => sender.limit(limits),
    onSuccess() {
      gate.succeeded();
      sender.wake();
    },
    afterFailure: (verdict) => gate.failed(verdict, 0),
  });
  const sender = createSender({
    systemId,
    outbox,
    runs,
    registrar,
    shipper,
    modes,
    gate,
    maxBatch: settings.maxBatch,
    maxInFlight: settings.maxInFlight,
    tell,
  });

  function remake(): void {
    silences = 0;
    if (isStopped) return;
    shipper.close();
    connection.remake();
  }

  /** Not within `fire`: what is fired in one turn of the event loop leaves together, and its host does not wait for that. */
  function wakeSoon(): void {
    if (isWaking) return;
    isWaking = true;
    setImmediate(() => {
      isWaking = false;
      sender.wake();
      gate.review();
    });
  }

  function ask(request: EchoRequest, timeoutMs: number): Promise<Echo> {
    return askEcho({ connection, clock, address }, request, timeoutMs);
  }

  /** An echo that is a sign of life too, where the server knows the system. */
  async function echo(timeoutMs: number): Promise<number> {
    try {
      let roundTripMs: number;
      try {
        ({ roundTripMs } = await ask({ systemId }, timeoutMs));
      } catch (error) {
        if (verdictOf(error).action !== "register") throw error;
        ({ roundTripMs } = await ask({}, timeoutMs));
      }
      gate.succeeded();
      return roundTripMs;
    } catch (error) {
      throw echoError(error, { address, isTls: settings.tls !== undefined, timeoutMs });
    }
  }

  return {
    async firstEcho(timeoutMs) {
      await echo(timeoutMs);
    },
    start() {
      gate.onOpen(() => sender.wake());
      outbox.onWork(wakeSoon);
      runs.onWork(() => {
        registrar.wake();
        gate.review();
      });
      clock.onWake(() => {
        remake();
        gate.hurry();
      });
      registrar.wake();
      sender.wake();
      heartbeat = startHeartbeat({
        intervalMs: settings.heartbeatMs,
        systemId,
        runId: currentRunId,
        report,
        ask: (request) => ask(request, callMs),
        onReported: options.onReported,
        gate,
        registrar,
        random: options.random,
      });
    },
    async ping() {
      const roundTripMs = await echo(callMs);
      return { roundTripMs, clockSkewMs: clock.skewMs };
    },
    get mode() {
      return modes.mode;
    },
    get isConnected() {
      return gate.isConnected;
    },
    get retries() {
      return gate.retries;
    },
    async stop() {
      isStopped = true;
      heartbeat?.stop();
      registrar.stop();
      const idle = sender.stop();
      gate.stop();
      shipper.close();
      connection.close();
      await idle;
    },
  };
}
