import { setTimeout as pause } from "node:timers/promises";
import type { ActivationAckOutput } from "slimmer-grpc";
import { status } from "slimmer-grpc";
import { deferred } from "../support/deferred.ts";
import type { Random } from "../support/random.ts";
import { toBatch } from "./batch.ts";
import type { Feed } from "./feed.ts";
import type { Ledger } from "./ledger.ts";
import type { Copy } from "./plan.ts";
import { type CallStatus, itemRefusalOf, type Refusal, refusalOf } from "./refusal.ts";
import { CALL_MS, type Session } from "./session.ts";

const PATH = "stream_activations";
const MAX_ITEMS = 100;
const MAX_LINGER_MS = 100;
/** Batches that wait for their acknowledgements at a time. */
const WINDOW = 8;
/** A stream is half-closed after so many batches, and the next one opened. */
const MAX_BATCHES = 60;

type Batch = { no: number; copies: readonly Copy[] };
type Refused = { copies: readonly Copy[]; refusal: Refusal };

/**
 * Sends batches over one stream after the other. A stream ends when it is half-closed (then everything must have been
 * acknowledged, and its status be OK), when the server or the network ends it, or when no acknowledgement has come for
 * 5 s. What was not acknowledged goes first over the next stream.
 */
export async function sendStreams(
  feed: Feed,
  session: Session,
  ledger: Ledger,
  random: Random,
): Promise<void> {
  const left: Copy[] = [];
  let attempt = 0;
  let isFed = true;

  async function next(): Promise<readonly Copy[]> {
    if (left.length > 0) return left.splice(0, MAX_ITEMS);
    if (!isFed) return [];
    const copies = await feed.next({
      max: random.between(1, MAX_ITEMS),
      lingerMs: random.between(0, MAX_LINGER_MS),
    });
    ledger.sent(PATH, copies.length);
    if (copies.length === 0) isFed = false;
    return copies;
  }

  while ((isFed || left.length > 0) && !ledger.isOver) {
    const before = ledger.acknowledged;
    const refused = await converse(session, ledger, next, random.between(1, MAX_BATCHES));
    attempt = ledger.acknowledged > before ? 1 : attempt + 1;
    for (const { copies, refusal } of refused) {
      left.push(...(await session.afterRefusal(PATH, copies, refusal, attempt)));
    }
  }
}

/** One stream, from its opening to its status. Returns what is to be sent again. */
async function converse(
  session: Session,
  ledger: Ledger,
  next: () => Promise<readonly Copy[]>,
  maxBatches: number,
): Promise<Refused[]> {
  const call = session.client().stream_activations();
  const underWay: Batch[] = [];
  const refused: Refused[] = [];
  const ended = deferred<CallStatus>();
  let end: CallStatus | undefined;
  let room = deferred<void>();
  let stall: NodeJS.Timeout | undefined;

  function watch(): void {
    clearTimeout(stall);
    if (underWay.length > 0 && !end) stall = setTimeout(() => call.cancel(), CALL_MS);
  }

  call.on("data", (ack: ActivationAckOutput) => {
    const batch = underWay.shift();
    if (!batch || batch.no !== ack.batch_no) {
      ledger.problem(`${PATH} acknowledged batch ${ack.batch_no} when it was ${batch?.no}'s turn`);
      call.cancel();
      return;
    }
    refused.push(...settle(batch, ack, ledger));
    watch();
    room.resolve();
  });
  // The status says the same, and comes later than the last message.
  call.on("error", () => {});
  call.on("status", (last: CallStatus) => {
    end = last;
    clearTimeout(stall);
    room.resolve();
    ended.resolve(last);
  });

  for (let no = 1; no <= maxBatches && !end; no++) {
    while (underWay.length >= WINDOW && !end) {
      room = deferred();
      await room.promise;
    }
    const copies = await next();
    if (copies.length === 0) break;
    underWay.push({ no, copies });
    if (!end) call.write(toBatch(copies, no));
    if (underWay.length === 1) watch();
    // Lets acknowledgements and the status in, however fast the feed is.
    await pause(0);
  }
  call.end();
  watch();
  const last = await ended.promise;
  const unacknowledged = underWay.flatMap(({ copies }) => copies);
  if (last.code === status.OK && unacknowledged.length > 0) {
    ledger.problem(`${PATH} ended with OK and ${unacknowledged.length} items unacknowledged`);
  }
  if (last.code !== status.OK) {
    refused.push({ copies: unacknowledged, refusal: refusalOf(last) });
  }
  return refused;
}

function settle({ no, copies }: Batch, ack: ActivationAckOutput, ledger: Ledger): Refused[] {
  const exceptions = new Map(ack.exceptions.map(({ index, result }) => [index, result]));
  const refused: Refused[] = [];
  copies.forEach((copy, place) => {
    const result = exceptions.get(place);
    if (result?.error) refused.push({ copies: [copy], refusal: itemRefusalOf(result.error) });
    else {
      const { activation_id } = copy.item.activation;
      const plain = { activation_id, duplicate: false, unregistered: false, clock_suspect: false };
      ledger.acknowledge(copy, result ?? plain);
    }
  });
  if (ack.stored !== copies.length - refused.length) {
    ledger.problem(
      `${PATH} counted ${ack.stored} stored of batch ${no}, and listed ${refused.length} of ${copies.length} as refused`,
    );
  }
  return refused;
}
