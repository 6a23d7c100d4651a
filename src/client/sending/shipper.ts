import { status } from "@grpc/grpc-js";
import {
  type ActivationBatchResponseOutput,
  type ActivationResponseOutput,
  type ActivationResultOutput,
  type ItemErrorOutput,
  MainService,
} from "slimmer-grpc";
import type { Item, ItemDelivery } from "../outbox/item.ts";
import { encodeBatch, encodeSingle } from "./batch-encoder.ts";
import { type BatchStream, type BatchStreamHooks, openBatchStream } from "./batch-stream.ts";
import type { Connection } from "./connection.ts";
import type { Mode } from "./modes.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** What became of one item. */
export type ItemOutcome = ItemDelivery & {
  /** Set for an item that was not stored. */
  readonly verdict: Verdict | undefined;
};

export type Place = { readonly systemId: string; readonly runId: string };

/** Carries items of one run to the server. */
export type Shipper = {
  /** An outcome for each. Rejects when the call as a whole failed: then nothing is known of any of them. */
  ship(mode: Mode, place: Place, items: readonly Item[]): Promise<ItemOutcome[]>;
  close(): void;
};

export function createShipper({
  connection,
  callMs,
  streamHooks,
}: {
  connection: Connection;
  /** Deadline of a call. A stream may take twice as long, because a batch waits there for those before it. */
  callMs: number;
  streamHooks: BatchStreamHooks;
}): Shipper {
  let stream: Promise<BatchStream> | undefined;

  async function openStream(): Promise<BatchStream> {
    const opened = await stream?.catch(() => undefined);
    if (opened?.isOpen) return opened;
    return openBatchStream(connection, { ackMs: callMs * 2 }, streamHooks);
  }

  async function byStream(place: Place, items: readonly Item[]): Promise<ItemOutcome[]> {
    // One at a time asks whether it is still open, so that no two are opened.
    stream = openStream();
    const open = await stream;
    const { stored, exceptions } = await open.send((batchNo) => encodeBatch(place, items, batchNo));
    const refused = exceptions.filter(({ result }) => result?.error).length;
    // What is acknowledged leaves the disk for good.
    if (stored + refused !== items.length) {
      throw new Error(
        `an acknowledgement of ${items.length} activations says ${stored} stored and ${refused} refused`,
      );
    }
    const results = new Map(exceptions.map(({ index, result }) => [index, result]));
    return items.map((item, index) => outcomeOf(item, results.get(index) ?? undefined));
  }

  async function byBatch(place: Place, items: readonly Item[]): Promise<ItemOutcome[]> {
    const { response } = await connection.call(
      MainService.new_activations,
      encodeBatch(place, items, 0),
      callMs,
    );
    const { results } = response as ActivationBatchResponseOutput;
    return items.map((item, index) => outcomeOf(item, results[index] ?? MISSING));
  }

  function bySingleCalls(place: Place, items: readonly Item[]): Promise<ItemOutcome[]> {
    return Promise.all(items.map((item) => bySingleCall(place, item)));
  }

  async function bySingleCall(place: Place, item: Item): Promise<ItemOutcome> {
    try {
      const { response } = await connection.call(
        MainService.new_activation,
        encodeSingle(place, item),
        callMs,
      );
      const { success, duplicate, unregistered, clock_suspect } =
        response as ActivationResponseOutput;
      const verdict = success ? undefined : NO_SUCCESS;
      return { item, duplicate, unregistered, clockSuspect: clock_suspect, verdict };
    } catch (error) {
      return { item, ...NO_FLAGS, verdict: verdictOf(error) };
    }
  }

  return {
    ship(mode, place, items) {
      if (mode === "stream") return byStream(place, items);
      return mode === "batch" ? byBatch(place, items) : bySingleCalls(place, items);
    },
    close() {
      void stream?.then(
        (open) => open.cancel(),
        () => {},
      );
    },
  };
}

const NO_FLAGS = { duplicate: false, unregistered: false, clockSuspect: false };

/** A server that breaks its own contract; tried again a number of times. */
const NO_SUCCESS: Verdict = {
  action: "divide",
  status: "UNKNOWN",
  reason: undefined,
  message: "the server answered without success",
  retryAfterMs: undefined,
  isSlimmers: false,
};

const MISSING: ActivationResultOutput = {
  activation_id: "",
  duplicate: false,
  unregistered: false,
  clock_suspect: false,
  error: {
    code: status.UNKNOWN,
    reason: "",
    message: "the server's answer leaves this item out",
    field_violations: [],
    retryable: true,
  },
};

/** In an acknowledgement, no result means: stored, and nothing else to say. */
function outcomeOf(item: Item, result: ActivationResultOutput | null | undefined): ItemOutcome {
  if (!result) return { item, ...NO_FLAGS, verdict: undefined };
  const { duplicate, unregistered, clock_suspect: clockSuspect, error } = result;
  return {
    item,
    duplicate,
    unregistered,
    clockSuspect,
    verdict: error ? itemVerdict(error) : undefined,
  };
}

function itemVerdict({
  code,
  reason,
  message,
  field_violations,
  retryable,
}: ItemErrorOutput): Verdict {
  const fields = field_violations.map(({ field, description }) => `${field} ${description}`);
  const isRunUnknown = reason === "RUN_UNKNOWN" || reason === "SYSTEM_UNKNOWN";
  return {
    action: isRunUnknown ? "register" : retryable ? "repeat" : "divide",
    status: status[code] ?? "UNKNOWN",
    reason: reason || undefined,
    message: fields.length > 1 ? fields.join("; ") : message,
    retryAfterMs: undefined,
    isSlimmers: true,
  };
}
