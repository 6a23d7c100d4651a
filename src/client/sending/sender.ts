import type { Tell } from "../events.ts";
import type { Item, Outbox, Room } from "../outbox/item.ts";
import type { RunBook } from "../outbox/run-record.ts";
import type { Gate } from "./gate.ts";
import type { Mode, Modes } from "./modes.ts";
import type { Registrar, ServerLimits } from "./registrar.ts";
import type { ItemOutcome, Place, Shipper } from "./shipper.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** Bytes of one batch: far below what a message may have, for one that stalls a slow network is sent again as a whole. */
const MAX_BATCH_BYTES = 1024 * 1024;
/** The least share of a batch that a slow network is tried with. */
const MIN_SHARE = 1 / 1_024;
/** Calls that one place under way holds when each carries one item. */
const SINGLES = 8;
/** How often an item that the server stumbles over is tried alone. */
const POISON_ATTEMPTS = 5;
/** The same where nobody has said that the item is at fault. */
const FOREIGN_ATTEMPTS = 20;
/** All that a server of 2018 says of an item that it stumbles over. */
const STUMBLES = new Set(["UNKNOWN", "INTERNAL"]);
/** A disk that could not be read is tried again after this, though nobody fires. */
const READ_AGAIN_MS = 1_000;

export type SenderOptions = {
  systemId: string;
  outbox: Outbox;
  runs: Pick<RunBook, "get" | "refusalOf">;
  registrar: Pick<Registrar, "ensure" | "again">;
  shipper: Shipper;
  modes: Modes;
  gate: Gate;
  maxBatch: number;
  maxInFlight: number;
  tell: Tell;
};

export type Sender = {
  /** Sends what there is, as far as there is room. */
  wake(): void;
  limit(limits: ServerLimits): void;
  readonly underWay: number;
  /** Resolves when nothing is under way any more; nothing new is begun. */
  stop(): Promise<void>;
};

/**
 * Keeps up to `maxInFlight` batches under way. One place is kept for the newest at all times, so that what fires now never
 * waits behind a backlog; and one for the oldest while these wait, so that a backlog shrinks however much fires.
 */
export function createSender(options: SenderOptions): Sender {
  const { outbox, runs, registrar, shipper, modes, gate, maxInFlight, tell } = options;
  let room: Room = { items: options.maxBatch, bytes: MAX_BATCH_BYTES };
  /** Of that room: what does not get through in time is sent in smaller pieces, or it never would. */
  let share = 1;
  let newest = 0;
  let oldest = 0;
  let isReading = false;
  let isStopped = false;
  let onIdle: (() => void) | undefined;
  let readTimer: NodeJS.Timeout | undefined;
  let stored = 0;
  /** How much was stored when an item was first suspected. */
  const suspectedAt = new WeakMap<Item, number>();

  function wake(): void {
    if (isStopped || !gate.isOpen) return;
    while (newest + oldest < maxInFlight - (oldest === 0 && hasOlder() ? 1 : 0)) {
      const items = outbox.takeNewest(currentRoom());
      if (items.length === 0) break;
      newest += 1;
      void carry(items).finally(() => {
        newest -= 1;
        done();
      });
    }
    const left = maxInFlight - newest - oldest;
    if (!isReading && outbox.waiting > 0 && left > (oldest === 0 ? 0 : 1)) void readOlder();
  }

  /** Something waits that the newest would never leave room for. */
  function hasOlder(): boolean {
    return outbox.waiting > 0 && (!outbox.hasNewest || newest > 0);
  }

  async function readOlder(): Promise<void> {
    isReading = true;
    oldest += 1;
    let items: Item[] = [];
    try {
      items = await outbox.takeOldest(currentRoom());
    } catch (error) {
      tell("problem", { what: "disk", message: `the backlog can't be read: ${error}` });
    }
    isReading = false;
    if (items.length === 0 && outbox.waiting > 0) readAgainLater();
    if (items.length > 0) {
      if (isStopped || !gate.isOpen) outbox.putBack(items);
      else {
        wake();
        await carry(items);
      }
    }
    oldest -= 1;
    // With nothing read there is nothing to go on with, until somebody says so.
    done(items.length > 0);
  }

  function readAgainLater(): void {
    clearTimeout(readTimer);
    // What is on disk is safe without this process.
    readTimer = setTimeout(wake, READ_AGAIN_MS).unref();
  }

  function currentRoom(): Room {
    const items = Math.max(1, Math.floor(room.items * share));
    const bytes = Math.floor(room.bytes * share);
    return { items: modes.mode === "single" ? Math.min(items, SINGLES) : items, bytes };
  }

  function done(hasMore = true): void {
    if (newest + oldest === 0) onIdle?.();
    if (hasMore) wake();
  }

  /** From the outbox to an end that the outbox knows. Never rejects. */
  async function carry(items: readonly Item[]): Promise<void> {
    try {
      const { runId } = items[0] as Item;
      await registrar.ensure(runId);
      if (runs.refusalOf(runId)) {
        // The server will never have the run: the outbox refuses its items when they are taken.
        outbox.putBack(items);
        return;
      }
      const run = runs.get(runId);
      await send(
        { systemId: run?.systemId ?? options.systemId, runId: run?.serverRunId ?? runId },
        items,
      );
    } catch (error) {
      // A defect of ours must not cost anybody's data, nor stop the work.
      await putBackFor(verdictOf(error), items);
    }
  }

  async function send(place: Place, items: readonly Item[]): Promise<void> {
    const { mode } = modes;
    let outcomes: ItemOutcome[];
    try {
      outcomes = await shipper.ship(mode, place, items);
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict.status === "DEADLINE_EXCEEDED") share = Math.max(MIN_SHARE, share / 2);
      if (mode === "batch" && isVague(verdict)) modes.batchBroke();
      if (verdict.action === "divide" && items.length > 1) return divide(place, items);
      return afterFailure(mode, items, verdict);
    }
    await settle(mode, outcomes);
  }

  /** Both halves by calls of their own, until what is at fault is alone. */
  async function divide(place: Place, items: readonly Item[]): Promise<void> {
    const middle = Math.ceil(items.length / 2);
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      let outcomes: ItemOutcome[];
      try {
        outcomes = await shipper.ship("batch", place, half);
      } catch (error) {
        const verdict = verdictOf(error);
        if (verdict.action === "divide" && half.length > 1) await divide(place, half);
        else await afterFailure("batch", half, verdict);
        continue;
      }
      await settle("batch", outcomes);
    }
  }

  async function settle(mode: Mode, outcomes: readonly ItemOutcome[]): Promise<void> {
    const deliveries = outcomes.filter(({ verdict }) => verdict === undefined);
    if (deliveries.length > 0) {
      share = Math.min(1, share * 2);
      stored += deliveries.length;
      gate.succeeded();
      outbox.delivered(deliveries);
    }
    const failures = new Map<string, { verdict: Verdict; items: Item[] }>();
    for (const { item, verdict } of outcomes) {
      if (!verdict) continue;
      const kind = `${verdict.action} ${verdict.status} ${verdict.reason}`;
      const failure = failures.get(kind);
      if (failure) failure.items.push(item);
      else failures.set(kind, { verdict, items: [item] });
    }
    // At once: what waits for one of them would hold back the others.
    await Promise.all(
      [...failures.values()].map(({ verdict, items }) => afterFailure(mode, items, verdict)),
    );
  }

  /** All of `items` met the same. */
  async function afterFailure(mode: Mode, items: readonly Item[], verdict: Verdict): Promise<void> {
    switch (verdict.action) {
      case "register": {
        const [first] = items;
        const canRegister = first !== undefined && registrar.again(first.runId, verdict);
        if (canRegister) outbox.putBack(items);
        else for (const item of items) outbox.refused(item, verdict);
        return;
      }
      case "divide":
        return suspect(items, verdict);
      case "fall back":
        if (!modes.fallBack(mode)) return putBackFor(verdict, items);
        outbox.putBack(items);
        return;
      default:
        if (mode === "single" && STUMBLES.has(verdict.status) && isVague(verdict)) {
          return suspect(items, verdict);
        }
        return putBackFor(verdict, items);
    }
  }

  /** Items that may be at fault themselves. */
  async function suspect(items: readonly Item[], verdict: Verdict): Promise<void> {
    const limit = attemptsFor(verdict);
    const isCertain = verdict.isSlimmers && verdict.reason !== "INTERNAL";
    const again: Item[] = [];
    for (const item of items) {
      count(item);
      if (isCertain || item.attempts >= limit) outbox.refused(item, verdict);
      else again.push(item);
    }
    if (again.length > 0) await putBackFor(verdict, again);
  }

  /** The gate closes first: what is put back wakes the sender, which would send it again at once. */
  function putBackFor(verdict: Verdict, items: readonly Item[]): Promise<void> {
    const due = gate.failed(verdict, items.length);
    outbox.putBack(items);
    return due;
  }

  /** While nothing else is stored either, it is the server that is ill, and not the item. */
  function count(item: Item): void {
    const before = suspectedAt.get(item);
    if (before === undefined) suspectedAt.set(item, stored);
    if (before === undefined || stored > before) item.attempts += 1;
  }

  return {
    wake,
    limit({ maxBatch, maxMessageBytes }) {
      room = {
        items: Math.max(1, Math.min(options.maxBatch, maxBatch || options.maxBatch)),
        bytes: Math.min(MAX_BATCH_BYTES, (maxMessageBytes || MAX_BATCH_BYTES) * 0.9),
      };
    },
    get underWay() {
      return newest + oldest;
    },
    stop() {
      isStopped = true;
      clearTimeout(readTimer);
      if (newest + oldest === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onIdle = resolve;
      });
    },
  };
}

/** It may come from anywhere on the way. */
function isVague({ action, isSlimmers }: Verdict): boolean {
  return action === "repeat" && !isSlimmers;
}

function attemptsFor({ isSlimmers, status }: Verdict): number {
  if (isSlimmers) return POISON_ATTEMPTS;
  // Something on the way that has more to do than it can take: that may last, and costs nobody's data.
  return status === "RESOURCE_EXHAUSTED" ? Number.POSITIVE_INFINITY : FOREIGN_ATTEMPTS;
}
