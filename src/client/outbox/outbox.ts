import type { DeviceClock } from "../clock/device-clock.ts";
import { ClientError } from "../errors.ts";
import type { ClientEventName, DropCause, Tell } from "../events.ts";
import type { OverflowPolicy } from "../options.ts";
import type { Dropped, Lost, Spool } from "../spool/spool.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { type Entry, numbers, StoredEntry, toDelivery } from "./entry.ts";
import { createFlushMarks } from "./flush-marks.ts";
import type { Item, Outbox, Refusal, Room } from "./item.ts";
import type { Losses } from "./losses.ts";
import { createParked, dropError } from "./parked.ts";
import type { Outcome, Prospect } from "./prospect.ts";
import { createWindow } from "./window.ts";

export type OutboxOptions = {
  spool: Spool | undefined;
  memoryItems: number;
  overflow: OverflowPolicy;
  maxAgeMs: number;
  clock: Pick<DeviceClock, "nowMs" | "skewMs">;
  losses: Losses;
  refusalOf(runId: string): Refusal | undefined;
  /** Nothing waits any more, and nothing is under way. */
  onEmpty(): void;
  deadLetter: DeadLetter;
  tell: Tell;
  /** Whether anybody listens to an event that costs something to tell. */
  isHeard(name: ClientEventName): boolean;
};

export type Accepted = { readonly savedTo: "disk" | "memory" } | { readonly error: ClientError };

export type OwnOutbox = Outbox & {
  /** Synchronous: from here on it survives what `savedTo` says. Never throws. */
  accept(
    activation: Pick<Item, "runId" | "activationId" | "atMs" | "bytes">,
    prospect: Prospect,
  ): Accepted;
  /** The spool has found records that it had accepted, and can't read any more. */
  damaged(lost: Lost): void;
  /** Resolves once all that has been accepted until now is settled; never, after `signal`. */
  settled(signal: AbortSignal): Promise<void>;
  /** Resolves when there is room for more. */
  room(): Promise<void>;
  /** The runs of what is in memory, under way or not. */
  runIds(): Set<string>;
  readonly counts: {
    readonly delivered: number;
    readonly duplicates: number;
    readonly refused: number;
    /** Accepted and not settled. */
    readonly unsettled: number;
    readonly memoryOnly: number;
  };
  /** Gives up what is in memory only, and tells everybody who waits. */
  close(): void;
};

/** Spilling to a disk that works again is done in steps, so that no call of `fire` takes long. */
const SPILL_STEP = 64;

/**
 * accepted → (in memory, and on disk where there is a spool) → under way → settled; put back when a call fails. Memory
 * holds the newest: past `memoryItems` the oldest are on disk only, and are read again in their turn. What the disk does
 * not take is in memory only, and moves to the disk when that works again.
 */
export function createOutbox(options: OutboxOptions): OwnOutbox {
  const { spool, memoryItems, overflow, maxAgeMs, clock, losses, deadLetter, tell } = options;
  const window = createWindow<Entry>();
  /** Read from disk, and put back. */
  const returned = createWindow<Entry>();
  const underWay = new Set<Entry>();
  /** Numbers of what is in memory and was on disk. */
  const orphaned = new Set<number>();
  const parked = createParked((no) => orphaned.has(no) || (spool?.has(no) ?? false));
  const marks = createFlushMarks();
  let roomWaiters: (() => void)[] = [];
  let work: () => void = () => {};
  let lastOrder = 0;
  // Records of earlier processes come first.
  let lastNo = spool?.waiting ?? 0;
  let memoryOnly = 0;
  let unsettled = spool?.waiting ?? 0;
  let [delivered, duplicates, refused] = [0, 0, 0];

  function accept(
    activation: Pick<Item, "runId" | "activationId" | "atMs" | "bytes">,
    prospect: Prospect,
  ): Accepted {
    const { runId, activationId, atMs, bytes } = activation;
    const saved = save({ runId, activationId, atMs, bytes });
    if (saved === "full" || (saved === undefined && !hasMemory())) {
      return { error: loseNew(atMs) };
    }
    lastOrder += 1;
    const entry: Entry = {
      runId,
      activationId,
      atMs,
      bytes,
      attempts: 0,
      order: lastOrder,
      isStored: false,
      no: saved,
      lastNo: saved,
      prospect,
    };
    unsettled += 1;
    if (saved === undefined) memoryOnly += 1;
    window.push(entry);
    if (saved !== undefined && memoryOnly > 0) spill();
    evict();
    work();
    return { savedTo: saved === undefined ? "memory" : "disk" };
  }

  /** The number on disk; undefined for memory only; "full" when it must not be kept at all. */
  function save(record: Pick<Item, "runId" | "activationId" | "atMs" | "bytes">) {
    if (!spool) return undefined;
    let result = spool.append(record);
    while (!result.saved && result.why === "full" && overflow === "drop_oldest") {
      const dropped = spool.dropOldest();
      if (!dropped) break;
      afterDrop(dropped);
      result = spool.append(record);
    }
    if (result.saved) {
      lastNo = result.no;
      return result.no;
    }
    return result.why === "full" && overflow === "drop_newest" ? "full" : undefined;
  }

  /** Whether one more may be in memory only; drops the oldest of these if that is the policy. */
  function hasMemory(): boolean {
    // With "block" what comes past the bound waits for its host to wait.
    const bound = overflow === "block" ? 2 * memoryItems : memoryItems;
    if (memoryOnly < bound) return true;
    if (overflow !== "drop_oldest") return false;
    const [oldest] = window.remove(1, ({ no }) => no === undefined);
    if (!oldest) return false;
    lose([oldest], "overflow", "memory is full");
    return true;
  }

  function loseNew(atMs: number): ClientError {
    losses.add(1);
    tell("dropped", { cause: "overflow", count: 1, fromMs: atMs, toMs: atMs });
    return dropError("overflow", spool ? "the spool is full" : "memory is full");
  }

  /** Entries that are gone before the server had them. */
  function lose(entries: readonly Entry[], cause: DropCause, why: string): void {
    if (entries.length === 0) return;
    const error = dropError(cause, why);
    for (const entry of entries) finish(entry, () => ({ error }), false);
    losses.add(entries.length);
    const times = entries.map(({ atMs }) => atMs);
    const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
    tell("dropped", { cause, count: entries.length, fromMs, toMs });
  }

  function afterDrop({ count, fromMs, toMs, taken }: Dropped): void {
    const orphans = new Set(taken);
    for (const entries of [window, underWay, returned]) {
      for (const entry of entries) {
        if (entry.no === undefined || !orphans.has(entry.no)) continue;
        orphaned.add(entry.no);
        entry.no = undefined;
        memoryOnly += 1;
      }
    }
    forget(count, { cause: "overflow", fromMs, toMs }, "the spool was full");
  }

  /** Counts what was on disk only and is gone. */
  function forget(
    count: number,
    dropped: { cause: DropCause; fromMs: number; toMs: number },
    why: string,
  ): void {
    if (count === 0) return;
    unsettled -= count;
    if (unsettled === 0) marks.allSettled();
    else marks.lost(count);
    losses.add(count);
    tell("dropped", { ...dropped, count });
    parked.drop(dropError(dropped.cause, why));
    checkRoom();
  }

  /** Past the bound of memory, the oldest that are on disk leave it. */
  function evict(): void {
    if (!spool || window.length <= memoryItems) return;
    const count = Math.max(1, Math.floor(memoryItems / 8));
    const evicted = window.remove(count, ({ no }) => no !== undefined);
    spool.release(evicted.map(({ no }) => no as number));
    for (const { no, activationId, prospect } of evicted) {
      if (no !== undefined && prospect) parked.park(no, activationId, prospect);
    }
  }

  /** To the disk, when it works again or has room again. */
  function spill(): void {
    if (!spool) return;
    let left = SPILL_STEP;
    for (const entry of window) {
      if (entry.no !== undefined) continue;
      const result = spool.append(entry);
      if (!result.saved) return;
      entry.no = result.no;
      entry.lastNo = result.no;
      lastNo = result.no;
      memoryOnly -= 1;
      left -= 1;
      if (left === 0 || memoryOnly === 0) break;
    }
    checkRoom();
  }

  function hasRoom(): boolean {
    if (spool && !spool.isDiskFailing) return memoryOnly === 0;
    return memoryOnly < memoryItems;
  }

  function checkRoom(): void {
    if (roomWaiters.length === 0 || !hasRoom()) return;
    for (const resolve of roomWaiters.splice(0)) resolve();
  }

  /** The last of an entry in any state. Its outcome is made where somebody waits for it. */
  function finish(entry: Entry, outcome: () => Outcome, isDelivered = true): void {
    underWay.delete(entry);
    unsettled -= 1;
    if (unsettled === 0) marks.allSettled();
    else marks.settled(entry);
    if (entry.no === undefined) memoryOnly -= 1;
    if (entry.lastNo !== undefined) {
      orphaned.delete(entry.lastNo);
      parked.settle(entry.lastNo, outcome, isDelivered);
    }
    entry.prospect?.settle(outcome());
  }

  function start(entries: Entry[]): Entry[] {
    for (const entry of entries) underWay.add(entry);
    return entries;
  }

  /** Leaves out, for good, what can't be delivered any more. */
  function deliverable(entries: Entry[]): Entry[] {
    const [first] = entries;
    const refusal = first && options.refusalOf(first.runId);
    if (refusal) {
      for (const entry of entries) refuse(entry, refusal);
      return [];
    }
    // Only the server's clock may judge: the device's may be years ahead.
    if (clock.skewMs === undefined) return start(entries);
    const oldestMs = clock.nowMs() - maxAgeMs;
    if (entries.every(({ atMs }) => atMs >= oldestMs)) return start(entries);
    const expired = entries.filter(({ atMs }) => atMs < oldestMs);
    lose(expired, "expired", "it was older than maxAgeMs");
    spool?.settle(numbers(expired));
    return start(entries.filter(({ atMs }) => atMs >= oldestMs));
  }

  async function takeFromDisk(room: Room): Promise<Entry[]> {
    if (!spool || spool.waiting === 0) return [];
    const stored = await spool.takeOldest(room);
    return stored.map((item) => {
      const entry = new StoredEntry(item);
      // Its copy may have been dropped while this waited.
      if (!spool.has(item.no)) {
        entry.no = undefined;
        memoryOnly += 1;
        orphaned.add(item.no);
      }
      return entry;
    });
  }

  function refuse(entry: Entry, refusal: Refusal): void {
    refused += 1;
    losses.add(1);
    const { status, reason, message } = refusal;
    const error = new ClientError("REFUSED", `the server refused it: ${status}: ${message}`, {
      status,
      reason,
    });
    const sensor = deadLetter(entry, refusal);
    finish(entry, () => ({ error }), false);
    if (entry.no !== undefined) spool?.settle([entry.no]);
    const { runId, activationId } = entry;
    tell("refused", { runId, activationId, sensor, status, reason, message });
    checkRoom();
  }

  return {
    accept,
    takeNewest(room) {
      for (;;) {
        const entries = window.takeNewest(room);
        if (entries.length === 0) return [];
        const left = deliverable(entries);
        if (left.length > 0) return left;
      }
    },
    async takeOldest(room) {
      for (;;) {
        let entries = returned.takeOldest(room);
        if (entries.length === 0) entries = await takeFromDisk(room);
        if (entries.length === 0) entries = window.takeOldest(room);
        if (entries.length === 0) return [];
        const left = deliverable(entries);
        if (left.length > 0) return left;
      }
    },
    delivered(list) {
      const nos: number[] = [];
      const isHeard = options.isHeard("delivered");
      const deliveries = isHeard ? list.map(toDelivery) : [];
      list.forEach((one, place) => {
        const entry = one.item as Entry;
        if (one.duplicate) duplicates += 1;
        if (entry.no !== undefined) nos.push(entry.no);
        finish(entry, () => ({ delivery: deliveries[place] ?? toDelivery(one) }));
      });
      delivered += list.length;
      spool?.settle(nos);
      const runId = list[0]?.item.runId;
      if (isHeard && runId !== undefined) tell("delivered", { runId, deliveries });
      if (unsettled === 0) options.onEmpty();
      if (memoryOnly > 0) spill();
      checkRoom();
    },
    refused: (item, refusal) => refuse(item as Entry, refusal),
    putBack(items) {
      // What has come to its end meanwhile stays there.
      const entries = (items as readonly Entry[]).filter((entry) => underWay.delete(entry));
      window.putBack(entries.filter(({ isStored }) => !isStored));
      returned.putBack(entries.filter(({ isStored }) => isStored));
      evict();
      if (entries.length > 0) work();
    },
    get waiting() {
      return window.length + returned.length + (spool?.waiting ?? 0);
    },
    get hasNewest() {
      return window.length > 0;
    },
    onWork(listener) {
      work = listener;
    },
    runIds() {
      const ids = new Set<string>();
      for (const list of [window, underWay, returned]) for (const { runId } of list) ids.add(runId);
      return ids;
    },
    damaged({ count, fromMs, toMs }) {
      forget(count, { cause: "damaged", fromMs, toMs }, "its record on disk is damaged");
      if (unsettled === 0) options.onEmpty();
    },
    settled: (signal) => marks.set({ order: lastOrder, no: lastNo, count: unsettled }, signal),
    room: () =>
      hasRoom() ? Promise.resolve() : new Promise((resolve) => roomWaiters.push(resolve)),
    counts: {
      get delivered() {
        return delivered;
      },
      get duplicates() {
        return duplicates;
      },
      get refused() {
        return refused;
      },
      get unsettled() {
        return unsettled;
      },
      get memoryOnly() {
        return memoryOnly;
      },
    },
    close() {
      const all = [...window, ...underWay, ...returned];
      lose(
        all.filter(({ no }) => no === undefined),
        "closed",
        "the client was closed before the server had it, and it was in memory only",
      );
      const error = new ClientError(
        "CLOSED",
        "the client was closed before the server had it; it is in the spool, and is sent at the next start",
      );
      for (const { prospect } of all) prospect?.settle({ error });
      parked.close(error);
      for (const resolve of roomWaiters.splice(0)) resolve();
      roomWaiters = [];
    },
  };
}
