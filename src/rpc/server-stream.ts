import { type handleServerStreamingCall, type ServerWritableStream, status } from "@grpc/grpc-js";
import { type Reason, SlimmerError } from "../domain/errors.ts";
import { goneAway, shuttingDown } from "../domain/refusals.ts";
import { TimeoutError, within } from "../kit/within.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Drain } from "./activation-stream.ts";
import type { CallMeter } from "./call-meter.ts";
import { Malformed } from "./definition.ts";
import { asServiceError, toStatus } from "./status.ts";
import { malformed } from "./unary.ts";

export type ServerStreamTools = {
  meter: CallMeter;
  drain: Drain;
  log: Logger;
  unread: Unread;
  /** How long a client may leave a message unread, in milliseconds. Default 60 s. */
  unreadMs?: number;
};

/** How a client is ended that does not read: the reason, and what it had better do. */
export type Unread = { reason: Reason; advice: string };

const UNREAD_MS = 60_000;

/**
 * The one place that speaks grpc-js's way of streams from the server: a handler takes a request and a signal, and gives
 * messages one after the other. The next is asked for once the one before is on its way, so a client that reads slowly
 * slows its handler, and one message is all that waits for it. The signal aborts when the client goes, its deadline
 * passes, or the server drains, which it is told by SHUTTING_DOWN; a client that has not
 * taken a message within `unreadMs` is ended as `unread` says: handlers make their messages small.
 */
export function serverStream<Request, Response>(
  tools: ServerStreamTools,
  handler: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): handleServerStreamingCall<Request | Malformed, Response> {
  return (call) => {
    const end = tools.meter.begin();
    send(call, tools, handler).then(
      () => {
        end(call.cancelled ? status.CANCELLED : status.OK);
        call.end();
      },
      (error: unknown) => {
        const refusal = toStatus(error, tools.log);
        end(call.cancelled ? status.CANCELLED : refusal.code);
        tools.log.debug({ code: refusal.code, details: refusal.details }, "a stream was ended");
        call.emit("error", asServiceError(refusal));
      },
    );
  };
}

type Call<Request, Response> = ServerWritableStream<Request | Malformed, Response>;

async function send<Request, Response>(
  call: Call<Request, Response>,
  { meter, drain, unread, unreadMs = UNREAD_MS }: ServerStreamTools,
  handler: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): Promise<void> {
  const { request } = call;
  if (request instanceof Malformed) throw malformed(request);
  const ending = new AbortController();
  const end = (error: SlimmerError) => ending.abort(error);
  const stopListening = drain.onDrain(() => end(shuttingDown()));
  call.once("cancelled", () => end(goneAway()));
  if (call.cancelled) end(goneAway());
  const { signal } = ending;
  try {
    for await (const response of handler(request, signal)) {
      if (signal.aborted) break;
      await write(call, response, signal, { ...unread, unreadMs });
      if (signal.aborted) break;
      meter.sent();
    }
  } catch (error) {
    // Whatever a handler says once it was told to end is said by the reason of that.
    if (!signal.aborted) throw error;
  } finally {
    stopListening();
  }
  if (signal.aborted) throw signal.reason;
}

/** Resolves when HTTP/2 has taken the message, which it does as the client reads; or when the signal aborts. */
async function write<Request, Response>(
  call: Call<Request, Response>,
  response: Response,
  signal: AbortSignal,
  { reason, advice, unreadMs }: Unread & { unreadMs: number },
): Promise<void> {
  let settle = () => {};
  const written = new Promise<void>((resolve) => {
    settle = resolve;
  });
  signal.addEventListener("abort", settle);
  try {
    call.write(response, settle);
    await within(unreadMs, "reading", written);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    const seconds = unreadMs / 1_000;
    const message = `the client has not taken a message within ${seconds} s: ${advice}`;
    throw new SlimmerError(reason, message, { cause: error });
  } finally {
    signal.removeEventListener("abort", settle);
  }
}
