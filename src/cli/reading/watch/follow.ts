import { setTimeout as sleep } from "node:timers/promises";
import { type ServiceError, status } from "@grpc/grpc-js";
import {
  STATUS_DETAILS_KEY,
  type WatchActivationsRequest,
  type WatchActivationsResponseOutput,
} from "slimmer-grpc";
import { createBackoff } from "../../../kit/backoff.ts";
import { refusalText } from "../../connection/server-connection.ts";
import { durationText, timeText } from "../../output/units.ts";
import type { ReaderConnection } from "../reader-connection.ts";
import { Unanswered } from "../readiness.ts";

/** The server no longer has what came after the cursor. */
export class CursorExpired extends Error {
  override readonly name = "CursorExpired";
}

export type FollowOptions = {
  /** Ends the following, without an error. */
  readonly signal: AbortSignal;
  /** Where the cursor has expired: go on with what is stored from then on. */
  readonly fromNowIfExpired: boolean;
  /** Tells people how it stands with the connection. */
  say(sentence: string): void;
  /** How long a server may say nothing; its heartbeats come every 20 s. */
  readonly idleMs?: number;
  readonly backoff?: { nextMs(): number; reset(): void };
};

/** Statuses of what broke on the way, or will pass; the first is also that of a server that shuts down. */
const PASSING: readonly (number | undefined)[] = [
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.CANCELLED,
  status.RESOURCE_EXHAUSTED,
];
/** Statuses of a stream that was reset; with details they are the server's own, and a defect. */
const RESET: readonly (number | undefined)[] = [status.INTERNAL, status.UNKNOWN];

/**
 * What a watch gets, over any number of connections: connecting → (first message) following → (lost) waiting →
 * connecting, from the cursor of the message that was read last. The next message is asked for when the one before is done
 * with. A first connection that fails is an error, and so is a refusal that no retry mends; a later loss is waited out, and
 * told once.
 */
export async function* follow(
  reader: ReaderConnection,
  request: WatchActivationsRequest,
  options: FollowOptions,
): AsyncGenerator<WatchActivationsResponseOutput> {
  const { signal, fromNowIfExpired, say, idleMs = 60_000 } = options;
  const backoff = options.backoff ?? createBackoff({ minMs: 200, maxMs: 10_000, certain: 0 });
  let next = request;
  let isEverFollowed = false;
  let lostAtMs: number | undefined;
  while (!signal.aborted) {
    try {
      for await (const message of session(reader, next, signal, idleMs)) {
        if (lostAtMs !== undefined) {
          say(`${reader.address} is back after ${durationText(Date.now() - lostAtMs)}`);
          lostAtMs = undefined;
        }
        isEverFollowed = true;
        backoff.reset();
        yield message;
        next = { ...request, cursor: message.cursor, recent: 0 };
      }
      if (signal.aborted) return;
      throw new Lost("the server ended the stream");
    } catch (error) {
      if (signal.aborted) return;
      if ((error as Partial<ServiceError>).code === status.OUT_OF_RANGE) {
        if (!fromNowIfExpired) throw new CursorExpired((error as ServiceError).details);
        say(
          `what came after the cursor is no longer kept by ${reader.address}: going on with what comes now (slimmer export --since … has the rest)`,
        );
        next = { ...request, cursor: "", recent: 0 };
        continue;
      }
      if (!isEverFollowed && error instanceof Lost) {
        throw new Error(`${reader.address} did not answer: ${error.message}`, { cause: error });
      }
      if (!isEverFollowed || !isPassing(error)) throw error;
      if (lostAtMs === undefined) {
        lostAtMs = Date.now();
        say(`lost ${reader.address} at ${timeText(lostAtMs)}: ${reasonOf(error)}; trying again`);
      }
    }
    await sleep(backoff.nextMs(), undefined, { signal }).catch(() => {});
  }
}

/** A connection that went without a status of its own. */
class Lost extends Error {
  override readonly name = "Lost";
}

async function* session(
  reader: ReaderConnection,
  request: WatchActivationsRequest,
  signal: AbortSignal,
  idleMs: number,
): AsyncGenerator<WatchActivationsResponseOutput> {
  await reader.ready(signal);
  if (signal.aborted) return;
  const call = reader.client.watch_activations(request, reader.metadata());
  // What comes after the call was left would find nobody.
  call.on("error", () => {});
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel);
  let isIdle = false;
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<WatchActivationsResponseOutput>;
  try {
    for (;;) {
      const timer = setTimeout(() => {
        isIdle = true;
        call.cancel();
      }, idleMs);
      const { value, done } = await messages.next().finally(() => clearTimeout(timer));
      if (done) break;
      yield value;
    }
  } catch (error) {
    if (isIdle) throw new Lost(`nothing was heard of it for ${durationText(idleMs)}`);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
  if (isIdle) throw new Lost(`nothing was heard of it for ${durationText(idleMs)}`);
}

function isPassing(error: unknown): boolean {
  if (error instanceof Lost || error instanceof Unanswered) return true;
  const { code, metadata } = error as Partial<ServiceError>;
  if (RESET.includes(code)) return (metadata?.get(STATUS_DETAILS_KEY).length ?? 0) === 0;
  return PASSING.includes(code);
}

function reasonOf(error: unknown): string {
  const isSilence = error instanceof Lost || error instanceof Unanswered;
  return isSilence ? error.message : refusalText(error);
}
