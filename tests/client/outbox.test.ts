import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { ClientEvents } from "../../src/client/events.ts";
import type { Item, Refusal } from "../../src/client/outbox/item.ts";
import { createLosses } from "../../src/client/outbox/losses.ts";
import { createOutbox, type OutboxOptions } from "../../src/client/outbox/outbox.ts";
import { createProspect, type Prospect } from "../../src/client/outbox/prospect.ts";
import { openSpool } from "../../src/client/spool/open-spool.ts";
import type { Lost, Spool } from "../../src/client/spool/spool.ts";
import { createIds } from "../../src/client/uuid-v7.ts";

const newId = createIds();
const RUN = newId(Date.now());
const OTHER_RUN = newId(Date.now());
const ROOM = { items: 100, bytes: 1_000_000 };

const folders: string[] = [];
const spools: Spool[] = [];
afterEach(async () => {
  for (const spool of spools.splice(0)) await spool.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

let onDamaged: (lost: Lost) => void = () => {};

async function openTestSpool({ maxBytes = 1 << 20, dir = "" } = {}): Promise<Spool> {
  const folder = dir || mkdtempSync(join(tmpdir(), "outbox-"));
  if (!dir) folders.push(folder);
  const spool = await openSpool(
    { dir: folder, maxBytes, fsync: "never", fsyncIntervalMs: 1_000 },
    { onProblem: () => {}, onDamaged: (lost) => onDamaged(lost) },
  );
  spools.push(spool);
  return spool;
}

/** An outbox with what it told, and fire() in short. */
function bench(options: Partial<OutboxOptions> = {}) {
  const { spool } = options;
  const dropped: ClientEvents["dropped"][] = [];
  const refusals = new Map<string, Refusal>();
  const losses = createLosses(spool);
  const outbox = createOutbox({
    spool,
    memoryItems: 10,
    overflow: "drop_oldest",
    maxAgeMs: Number.MAX_SAFE_INTEGER,
    clock: { nowMs: () => Date.now(), skewMs: 0 },
    losses,
    refusalOf: (runId) => refusals.get(runId),
    onEmpty: () => {},
    deadLetter: () => undefined,
    isHeard: () => false,
    tell: (name, event) => {
      if (name === "dropped") dropped.push(event as ClientEvents["dropped"]);
    },
    ...options,
  });
  function fire(
    text: string,
    { runId = RUN, atMs = Date.now() } = {},
  ): {
    prospect: Prospect;
    savedTo: string;
  } {
    const prospect = createProspect();
    const bytes = Buffer.from(text);
    const accepted = outbox.accept({ runId, activationId: newId(atMs), atMs, bytes }, prospect);
    return { prospect, savedTo: "error" in accepted ? "nowhere" : accepted.savedTo };
  }
  return { outbox, fire, dropped, refusals, losses };
}

function texts(items: readonly Item[]): string[] {
  return items.map(({ bytes }) => bytes.toString());
}

function deliver(outbox: ReturnType<typeof bench>["outbox"], items: readonly Item[]): void {
  const flags = { duplicate: false, unregistered: false, clockSuspect: false };
  outbox.delivered(items.map((item) => ({ item, ...flags })));
}

test("the newest leave first, in the order of their firing, and the oldest beside them", async () => {
  const { outbox, fire } = bench();
  for (const text of ["1", "2", "3", "4", "5"]) fire(text);

  expect(texts(outbox.takeNewest({ ...ROOM, items: 2 }))).toEqual(["4", "5"]);
  expect(texts(await outbox.takeOldest({ ...ROOM, items: 2 }))).toEqual(["1", "2"]);
  expect(outbox.waiting).toBe(1);
});

test("what is taken at once is of one run", async () => {
  const { outbox, fire } = bench();
  fire("a");
  fire("b", { runId: OTHER_RUN });
  fire("c", { runId: OTHER_RUN });

  expect(texts(outbox.takeNewest(ROOM))).toEqual(["b", "c"]);
  expect(texts(await outbox.takeOldest(ROOM))).toEqual(["a"]);
});

test("what is put back comes again in its place", () => {
  const { outbox, fire } = bench();
  for (const text of ["1", "2", "3"]) fire(text);
  const taken = outbox.takeNewest({ ...ROOM, items: 2 });
  fire("4");

  outbox.putBack(taken);

  expect(texts(outbox.takeNewest(ROOM))).toEqual(["1", "2", "3", "4"]);
});

test("past the bound of memory the oldest wait on disk, and are still delivered and told", async () => {
  const { outbox, fire } = bench({ spool: await openTestSpool() });
  const firings = Array.from({ length: 30 }, (_, place) => fire(String(place)));
  const awaited = firings[0]?.prospect.promise;

  const seen: string[] = [];
  for (let items = await outbox.takeOldest(ROOM); items.length > 0; ) {
    seen.push(...texts(items));
    deliver(outbox, items);
    items = await outbox.takeOldest(ROOM);
  }

  expect(seen).toEqual(Array.from({ length: 30 }, (_, place) => String(place)));
  expect(await awaited).toMatchObject({ duplicate: false });
  // Asked for after the fact.
  expect(await firings[1]?.prospect.promise).toMatchObject({ duplicate: false });
  expect(outbox.counts).toMatchObject({ delivered: 30, unsettled: 0, memoryOnly: 0 });
});

test("what an earlier process left comes before what this one fires", async () => {
  const first = await openTestSpool();
  const before = bench({ spool: first });
  before.fire("old");
  const dir = folders[0] as string;
  await first.close();

  const { outbox, fire } = bench({ spool: await openTestSpool({ dir }) });
  fire("new");

  expect(outbox.waiting).toBe(2);
  expect(texts(await outbox.takeOldest(ROOM))).toEqual(["old"]);
  expect(texts(await outbox.takeOldest(ROOM))).toEqual(["new"]);
});

test("full memory drops the oldest, counts it, and tells who awaits it", async () => {
  const { outbox, fire, dropped, losses } = bench({ memoryItems: 3 });
  const firings = ["1", "2", "3", "4"].map((text) => fire(text));

  await expect(firings[0]?.prospect.promise).rejects.toMatchObject({ code: "DROPPED" });
  expect(texts(outbox.takeNewest(ROOM))).toEqual(["2", "3", "4"]);
  expect(dropped).toMatchObject([{ cause: "overflow", count: 1 }]);
  expect(losses.count).toBe(1);
});

test("with drop_newest, full memory takes nothing new", () => {
  const { outbox, fire, losses } = bench({ memoryItems: 2, overflow: "drop_newest" });

  expect(["1", "2", "3"].map((text) => fire(text).savedTo)).toEqual([
    "memory",
    "memory",
    "nowhere",
  ]);
  expect(texts(outbox.takeNewest(ROOM))).toEqual(["1", "2"]);
  expect(losses.count).toBe(1);
});

test("with block, room() resolves when there is room again, and only twice the bound is ever kept", async () => {
  const { outbox, fire } = bench({ memoryItems: 2, overflow: "block" });
  expect(["1", "2", "3", "4", "5"].map((text) => fire(text).savedTo)).toEqual([
    ...["memory", "memory", "memory", "memory"],
    "nowhere",
  ]);
  let hasRoom = false;
  const room = outbox.room().then(() => {
    hasRoom = true;
  });

  deliver(outbox, outbox.takeNewest({ ...ROOM, items: 2 }));
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  deliver(outbox, outbox.takeNewest({ ...ROOM, items: 1 }));
  await room;
  expect(hasRoom).toBe(true);
});

test("a full spool drops its oldest, but nothing that is still in memory", async () => {
  const spool = await openTestSpool({ maxBytes: 256 * 1024 });
  const { outbox, fire, dropped } = bench({ spool, memoryItems: 100 });
  const text = "x".repeat(1_000);
  for (let place = 0; place < 1_000; place += 1) fire(text);

  const lost = dropped.reduce((sum, { count }) => sum + count, 0);
  expect(lost).toBeGreaterThan(500);
  expect(outbox.counts.unsettled).toBe(1_000 - lost);
  let delivered = 0;
  for (let items = await outbox.takeOldest(ROOM); items.length > 0; ) {
    delivered += items.length;
    deliver(outbox, items);
    items = await outbox.takeOldest(ROOM);
  }
  expect(delivered).toBe(1_000 - lost);
  expect(outbox.counts.unsettled).toBe(0);
});

test("with block, what a full spool has no room for moves to the disk when there is room", async () => {
  const spool = await openTestSpool({ maxBytes: 256 * 1024 });
  const { outbox, fire } = bench({ spool, memoryItems: 1_000, overflow: "block" });
  const text = "x".repeat(1_000);
  let fired = 0;
  for (; fire(text).savedTo === "disk"; fired += 1);
  expect(outbox.counts.memoryOnly).toBe(1);

  let delivered = 0;
  while (outbox.counts.memoryOnly > 0) {
    const items = await outbox.takeOldest(ROOM);
    delivered += items.length;
    deliver(outbox, items);
  }

  await outbox.room();
  expect(outbox.counts.unsettled).toBe(fired + 1 - delivered);
});

test("what is too old is dropped when its turn comes, but only by the server's clock", async () => {
  const clock = { nowMs: () => Date.now(), skewMs: undefined as number | undefined };
  const { outbox, fire, dropped } = bench({ clock, maxAgeMs: 60_000 });
  const old = fire("old", { atMs: Date.now() - 120_000 });
  fire("young");

  const taken = outbox.takeNewest(ROOM);
  expect(texts(taken)).toEqual(["old", "young"]);
  outbox.putBack(taken);
  clock.skewMs = 0;

  expect(texts(outbox.takeNewest(ROOM))).toEqual(["young"]);
  await expect(old.prospect.promise).rejects.toMatchObject({ code: "DROPPED" });
  expect(dropped).toMatchObject([{ cause: "expired", count: 1 }]);
});

test("what the disk has damaged meanwhile is counted, told, and waited for no longer", async () => {
  const { outbox, fire, dropped, losses } = bench({ spool: await openTestSpool() });
  onDamaged = outbox.damaged;
  const firings = Array.from({ length: 30 }, (_, place) => fire(`activation ${place}`));
  const lost = expect(firings[3]?.prospect.promise).rejects.toMatchObject({ code: "DROPPED" });
  const settled = outbox.settled(new AbortController().signal);
  damage("activation 3");

  let delivered = 0;
  for (let items = await outbox.takeOldest(ROOM); items.length > 0; ) {
    delivered += items.length;
    deliver(outbox, items);
    items = await outbox.takeOldest(ROOM);
  }

  await settled;
  await lost;
  expect(delivered).toBe(29);
  expect(outbox.counts.unsettled).toBe(0);
  expect(dropped).toMatchObject([{ cause: "damaged", count: 1 }]);
  expect(losses.count).toBe(1);
});

/** Changes a byte of the record with this text. */
function damage(text: string): void {
  const folder = join(folders[0] as string, "segments");
  const file = join(folder, readdirSync(folder)[0] as string);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf(text)] = 0;
  writeFileSync(file, bytes);
}

test("the items of a run that the server refuses are refused with it, and hold up no other run", async () => {
  const { outbox, fire, refusals } = bench();
  const lost = fire("bad");
  fire("good", { runId: OTHER_RUN });
  refusals.set(RUN, { status: "ALREADY_EXISTS", reason: "RUN_CONFLICT", message: "other list" });

  expect(texts(await outbox.takeOldest(ROOM))).toEqual(["good"]);
  await expect(lost.prospect.promise).rejects.toMatchObject({
    code: "REFUSED",
    reason: "RUN_CONFLICT",
  });
});

test("settled() waits for what was there when it was called, and for nothing that came later", async () => {
  const { outbox, fire } = bench();
  fire("1");
  fire("2");
  let isSettled = false;
  const settled = outbox.settled(new AbortController().signal).then(() => {
    isSettled = true;
  });
  fire("3");

  deliver(outbox, outbox.takeNewest({ ...ROOM, items: 2 }));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  deliver(outbox, outbox.takeNewest(ROOM));
  await settled;
});

test("nothing is left of a wait that was given up", async () => {
  const { outbox, fire } = bench();
  fire("1");
  const patience = new AbortController();
  let isSettled = false;
  void outbox.settled(patience.signal).then(() => {
    isSettled = true;
  });

  patience.abort();
  deliver(outbox, outbox.takeNewest(ROOM));
  await Promise.resolve();

  expect(isSettled).toBe(false);
});

test("closing counts what was in memory only, and says that the rest is safe", async () => {
  const memory = bench();
  const lost = memory.fire("1");
  const disk = bench({ spool: await openTestSpool() });
  const safe = disk.fire("1");

  memory.outbox.close();
  disk.outbox.close();

  await expect(lost.prospect.promise).rejects.toMatchObject({ code: "DROPPED" });
  await expect(safe.prospect.promise).rejects.toMatchObject({ code: "CLOSED" });
  expect([memory.losses.count, disk.losses.count]).toEqual([1, 0]);
});

test("losses that could not be reported are remembered by the next process", async () => {
  const spool = await openTestSpool();
  const losses = createLosses(spool);
  losses.add(5);
  losses.reported(2);
  losses.close();
  const dir = folders[0] as string;
  await spool.close();

  expect(createLosses(await openTestSpool({ dir })).count).toBe(3);
});
