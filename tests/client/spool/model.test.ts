import fc from "fast-check";
import { expect, test } from "vitest";
import type { Spool, StoredItem } from "../../../src/client/spool/spool.ts";
import { BOILER_RUN, DOOR_RUN, record, spoolFolder, takeAll, textOf } from "./spool-folder.ts";

const place = spoolFolder();

type Known = { no: number; runId: string; text: string; state: "waiting" | "taken" };

type Step =
  | { do: "append"; count: number; isDoor: boolean }
  | { do: "take"; items: number; bytes: number }
  | { do: "release"; picks: number[] }
  | { do: "settle"; picks: number[] }
  | { do: "drop" }
  | { do: "reopen"; isCrash: boolean };

const picks = fc.array(fc.nat(200), { maxLength: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      count: fc.integer({ min: 1, max: 40 }),
      isDoor: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("take" as const),
      items: fc.integer({ min: 1, max: 30 }),
      bytes: fc.integer({ min: 1, max: 1_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), picks }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("settle" as const), picks }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drop" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reopen" as const), isCrash: fc.boolean() }),
  },
);

test("whatever is done with a spool, what is accepted and not settled comes back once, in order", async () => {
  let places = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      places += 1;
      const dir = place.path(String(places));
      const owner = {
        open: () => place.open({ dir, maxBytes: 8_000, segmentBytes: 1_000 }),
        crash: () => place.crash(dir),
      };
      const model = new Model(await owner.open(), owner);
      for (const one of steps) await model.step(one);
      await model.reopen(false);
      await model.spool.close();
    }),
    { numRuns: 60 },
  );
  expect(place.damaged).toEqual([]);
  expect(place.problems).toEqual([]);
}, 30_000);

type Owner = { open(): Promise<Spool>; crash(): Promise<void> };

/** What a spool should hold, beside the spool. */
class Model {
  spool: Spool;
  /** Needed records, in order. */
  known: Known[] = [];
  /** Texts that were settled or dropped; the file of some may be there still. */
  readonly done = new Set<string>();
  private count = 0;
  private nextNo = 1;

  private readonly owner: Owner;

  constructor(spool: Spool, owner: Owner) {
    this.spool = spool;
    this.owner = owner;
  }

  async step(one: Step): Promise<void> {
    if (one.do === "append") this.append(one.count, one.isDoor ? DOOR_RUN : BOILER_RUN);
    else if (one.do === "take") await this.take(one);
    else if (one.do === "release") this.release(one.picks);
    else if (one.do === "settle") this.settle(one.picks);
    else if (one.do === "drop") this.drop();
    else await this.reopen(one.isCrash);
    this.check();
  }

  append(count: number, runId: string): void {
    for (let n = 0; n < count; n += 1) {
      const next = record(this.count, runId);
      const appended = this.spool.append(next);
      if (!appended.saved) {
        expect(appended.why).toBe("full");
        continue;
      }
      expect(appended.no).toBe(this.nextNo);
      this.known.push({ no: appended.no, runId, text: textOf(next), state: "taken" });
      this.count += 1;
      this.nextNo += 1;
    }
  }

  async take(room: { items: number; bytes: number }): Promise<void> {
    const items = await this.spool.takeOldest(room);
    const waiting = this.known.filter(({ state }) => state === "waiting");
    if (waiting.length === 0) {
      expect(items).toEqual([]);
      return;
    }
    const ofRun = waiting.filter(({ runId }) => runId === waiting[0]?.runId);
    const expected = ofRun.slice(0, Math.max(1, items.length));
    expect(items.map(nameOf)).toEqual(expected.map(({ no, text }) => `${no} ${text}`));
    expect(items.length).toBeLessThanOrEqual(room.items);
    const size = items.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (items.length > 1) expect(size).toBeLessThanOrEqual(room.bytes);
    for (const one of expected) one.state = "taken";
  }

  release(from: number[]): void {
    const released = this.pick(from).filter(({ state }) => state === "taken");
    for (const one of released) one.state = "waiting";
    this.spool.release(released.map(({ no }) => no));
  }

  settle(from: number[]): void {
    const settled = this.pick(from);
    this.spool.settle(settled.map(({ no }) => no));
    this.forget(settled);
  }

  drop(): void {
    const dropped = this.spool.dropOldest();
    if (!dropped) {
      expect(this.known).toEqual([]);
      return;
    }
    const first = this.known.slice(0, dropped.count + dropped.taken.length);
    const taken = first.filter(({ state }) => state === "taken");
    expect(dropped.taken).toEqual(taken.map(({ no }) => no));
    const counts = new Map<string, number>();
    for (const { runId, state } of first) {
      if (state === "waiting") counts.set(runId, (counts.get(runId) ?? 0) + 1);
    }
    expect(new Map(dropped.runs.map(({ runId, count }) => [runId, count]))).toEqual(counts);
    this.forget(first);
  }

  /** What was settled may come back, when its segment was needed for others; nothing else may. */
  async reopen(isCrash: boolean): Promise<void> {
    await (isCrash ? this.owner.crash() : this.spool.close());
    this.spool = await this.owner.open();
    const items = await takeAll(this.spool, { items: 7, bytes: 1e9 });
    // Runs take turns within a segment: by number, the order is that of accepting.
    items.sort((a, b) => a.no - b.no);
    const texts = items.map(textOf);
    expect(texts.filter((text) => !this.done.has(text))).toEqual(
      this.known.map(({ text }) => text),
    );
    expect(new Set(texts).size).toBe(texts.length);
    this.known = items.map((item) => ({
      no: item.no,
      runId: item.runId,
      text: textOf(item),
      state: "taken",
    }));
    for (const text of texts) this.done.delete(text);
    this.nextNo = items.length + 1;
    expect(items.map(({ no }) => no)).toEqual(items.map((_, index) => index + 1));
  }

  private check(): void {
    const waiting = this.known.filter(({ state }) => state === "waiting");
    expect(this.spool.waiting).toBe(waiting.length);
    const counts = new Map<string, number>();
    for (const { runId } of this.known) counts.set(runId, (counts.get(runId) ?? 0) + 1);
    expect(this.spool.runIds).toEqual(counts);
    expect(this.spool.bytes).toBeLessThanOrEqual(8_000);
    for (const { no } of this.known) expect(this.spool.has(no)).toBe(true);
  }

  private pick(from: number[]): Known[] {
    const indexes = new Set(from.map((number) => number % Math.max(1, this.known.length)));
    return this.known.filter((_, index) => indexes.has(index));
  }

  private forget(gone: readonly Known[]): void {
    for (const { text } of gone) this.done.add(text);
    this.known = this.known.filter((one) => !gone.includes(one));
  }
}

function nameOf(item: StoredItem): string {
  return `${item.no} ${textOf(item)}`;
}
