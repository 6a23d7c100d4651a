import { once } from "node:events";
import { type handleBidiStreamingCall, type ServerDuplexStream, status } from "@grpc/grpc-js";
import type { ActivationAck, ActivationBatchOutput } from "slimmer-grpc";
import { SlimmerError } from "../domain/errors.ts";
import { shuttingDown } from "../domain/refusals.ts";
import type { Intake } from "../ingest/intake.ts";
import { TimeoutError, within } from "../kit/within.ts";
import type { Logger } from "../telemetry/logger.ts";
import { type CallContext, callContext } from "./call-context.ts";
import type { CallMeter } from "./call-meter.ts";
import { Malformed } from "./definition.ts";
import { parseBatch } from "./parse.ts";
import { asServiceError, toStatus } from "./status.ts";
import { malformed } from "./unary.ts";
import { toExceptions } from "./wire.ts";

/** Tells open streams that the server is going away. */
export type Drain = {
  readonly isDraining: boolean;
  onDrain(listener: () => void): () => void;
};

export type ActivationStreamOptions = {
  intake: Intake;
  drain: Drain;
  meter: CallMeter;
  log: Logger;
  /** Oldest time that a device's clock may show, in Unix milliseconds. */
  oldestMs(): number;
  nowMs(): number;
  /** How long a client may leave its acknowledgements unread, in milliseconds. Default 30 s. */
  ackMs?: number;
};

/** What one stream may have under way before its reading pauses: enough to keep the writers busy, little enough to bound its memory. */
const MAX_ITEMS_UNDER_WAY = 4_000;
const MAX_BATCHES_UNDER_WAY = 256;
const ROOM_MS = 10_000;
const ACK_MS = 30_000;

type Batches = ServerDuplexStream<ActivationBatchOutput | Malformed, ActivationAck>;

/**
 * `stream_activations`.
 *
 * reading → (too much under way) paused → (acknowledged) reading → (client half-closed, failure, or drain) finishing →
 * closed. Batches are stored as they come, several at a time; acknowledgements leave in the order of the batches. A full
 * queue makes the stream wait where a single call would be refused, so a fast client is slowed by flow control alone. What
 * makes everything fail (PostgreSQL away, a malformed message, the server's end) ends the stream with a status, after the
 * acknowledgements of all batches before it. A client that does not read its acknowledgements is ended after 30 s.
 */
export function serveActivationStream(
  options: ActivationStreamOptions,
): handleBidiStreamingCall<ActivationBatchOutput | Malformed, ActivationAck> {
  return (call) => {
    const end = options.meter.begin();
    converse(call, callContext(call as never, options.nowMs()), options).then(
      () => {
        end(call.cancelled ? status.CANCELLED : status.OK);
        call.end();
      },
      (error: unknown) => {
        const refusal = toStatus(error, options.log);
        end(call.cancelled ? status.CANCELLED : refusal.code);
        options.log.debug({ code: refusal.code, details: refusal.details }, "a stream was ended");
        call.emit("error", asServiceError(refusal));
      },
    );
  };
}

type Parsed = ReturnType<typeof parseBatch>;
type UnderWay = { items: number; ack: Promise<ActivationAck> };

/** Resolves when the client half-closed and has all its acknowledgements; rejects with what ended the stream. */
function converse(
  call: Batches,
  context: CallContext,
  { intake, drain, meter, oldestMs, nowMs, ackMs = ACK_MS }: ActivationStreamOptions,
): Promise<void> {
  const underWay: UnderWay[] = [];
  let items = 0;
  let waitingForRoom = 0;
  let isSending = false;
  let ending: { error: SlimmerError | undefined } | undefined;

  holdOneMessage(call);
  return new Promise((resolve, reject) => {
    const stopListening = drain.onDrain(() => finish(shuttingDown()));
    call.on("data", receive);
    call.on("end", () => finish(undefined));
    call.on("cancelled", () => settle(new SlimmerError("CALL_CANCELLED", "the client went away")));
    call.on("error", (error) => settle(error));

    function receive(message: ActivationBatchOutput | Malformed): void {
      if (ending) return;
      meter.received();
      if (message instanceof Malformed) {
        finish(malformed(message));
        return;
      }
      const ack = store(message);
      // Looked at in turn; until then a failure is nobody's surprise.
      ack.catch(() => {});
      items += message.activations.length;
      underWay.push({ items: message.activations.length, ack });
      if (items >= MAX_ITEMS_UNDER_WAY || underWay.length >= MAX_BATCHES_UNDER_WAY) call.pause();
      if (!isSending) void send();
    }

    async function store(batch: ActivationBatchOutput): Promise<ActivationAck> {
      const parsed = parseBatch(batch, { receivedAtMs: nowMs(), oldestMs: oldestMs() });
      const outcomes = await acceptWhenRoom(parsed);
      const refused = outcomes.filter((outcome) => outcome instanceof SlimmerError).length;
      return {
        batch_no: batch.batch_no,
        stored: outcomes.length - refused,
        exceptions: toExceptions(
          outcomes,
          (index) => batch.activations[index]?.activation_id ?? "",
        ),
      };
    }

    async function acceptWhenRoom(
      parsed: Parsed,
    ): Promise<Awaited<ReturnType<Intake["acceptMany"]>>> {
      const deadline = performance.now() + ROOM_MS;
      for (;;) {
        try {
          return await intake.acceptMany(parsed, context);
        } catch (error) {
          const isFull = error instanceof SlimmerError && error.reason === "INTAKE_FULL";
          if (!isFull || performance.now() > deadline) throw error;
        }
        // What the client sends meanwhile had better wait on its side.
        call.pause();
        waitingForRoom += 1;
        try {
          await within(ROOM_MS, "waiting for room", intake.room(parsed));
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        } finally {
          waitingForRoom -= 1;
        }
      }
    }

    async function send(): Promise<void> {
      isSending = true;
      try {
        for (let next = underWay[0]; next; next = underWay[0]) {
          const ack = await next.ack;
          await write(call, ack, ackMs);
          meter.sent();
          underWay.shift();
          items -= next.items;
          if (call.isPaused() && !ending && waitingForRoom === 0) call.resume();
        }
      } catch (error) {
        return settle(error);
      } finally {
        isSending = false;
      }
      if (ending) settle(ending.error);
    }

    function finish(error: SlimmerError | undefined): void {
      ending ??= { error };
      call.pause();
      if (!isSending) settle(ending.error);
    }

    function settle(error: unknown): void {
      stopListening();
      ending ??= { error: undefined };
      if (error === undefined) resolve();
      else reject(error);
    }
  });
}

/**
 * Streams of objects read sixteen ahead, which is 64 MiB of ours while reading is paused; grpc-js has no door for this.
 */
function holdOneMessage(call: Batches): void {
  const { _readableState: state } = call as unknown as {
    _readableState: { highWaterMark: number };
  };
  state.highWaterMark = 1;
}

/** Resolves when the message is on its way or fits into the stream's buffer. */
async function write(call: Batches, ack: ActivationAck, ackMs: number): Promise<void> {
  if (call.cancelled) throw new SlimmerError("CALL_CANCELLED", "the client went away");
  if (call.write(ack)) return;
  try {
    await within(ackMs, "reading acknowledgements", once(call, "drain"));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new SlimmerError(
      "ACKS_UNREAD",
      `the client has not read its acknowledgements for ${ackMs / 1_000} s`,
      { cause: error },
    );
  }
}
