import { describe, expect, test } from "vitest";
import { type Activation, type ActivationRow, FLAGS } from "../../src/domain/activation.ts";
import { type Entity, entityKey } from "../../src/domain/entity.ts";
import { SlimmerError } from "../../src/domain/errors.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import { uuidFloor } from "../../src/domain/uuid.ts";
import type { FlushResult } from "../../src/ingest/flush.ts";
import type { Caller, GroupCommit } from "../../src/ingest/group-commit.ts";
import { createIntake } from "../../src/ingest/intake.ts";
import type { CachedRun } from "../../src/ingest/run-cache.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { boiler, door, skylight } from "../support/cast.ts";
import { DAY_MS, idAt } from "../support/rows.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 12);
const BOUNDS = { lowerMs: NOW_MS - 10 * DAY_MS, upperMs: NOW_MS + 8 * DAY_MS };
const CALLER: Caller = { deadlineMs: Number.POSITIVE_INFINITY, isCancelled: false };
const RUN_ID = idAt(NOW_MS);

function activationOf(facts: Partial<Activation> = {}): Activation {
  return {
    systemId: "greenhouse",
    runId: RUN_ID,
    entity: door,
    activationId: idAt(NOW_MS),
    occurredAtUs: NOW_MS * 1_000,
    receivedAtUs: NOW_MS * 1_000,
    seq: 0,
    attributes: undefined,
    ...facts,
  };
}

/** An intake that knows one run with door and boiler; `result` is what each write answers. */
function start({
  result = async () => undefined,
  find = async () => undefined,
  number = async () => 77,
}: {
  result?: (rows: readonly ActivationRow[]) => Promise<FlushResult | undefined>;
  find?: () => Promise<CachedRun | undefined>;
  number?: (entity: Entity) => Promise<number>;
} = {}) {
  const run: CachedRun = {
    systemNo: 5,
    runNo: 6,
    listed: new Map([
      [entityKey(door), 1],
      [entityKey(boiler), 2],
    ]),
    unlisted: new Map(),
  };
  const isKnown = (systemId: string, runId: string) =>
    systemId === "greenhouse" && runId === RUN_ID;
  const writes: ActivationRow[][] = [];
  const numbered: Entity[] = [];
  const metrics = createMetrics({ defaults: false });
  const commit: GroupCommit = {
    add(rows) {
      writes.push([...rows]);
      return result(rows);
    },
    room: async () => {},
    waitingRows: 0,
    isConnected: true,
    onConnection: () => {},
    isBusy: false,
    onLull: () => {},
    close: async () => {},
  };
  const intake = createIntake({
    commit,
    runs: {
      peek: (systemId, runId) => (isKnown(systemId, runId) ? run : undefined),
      get: async (systemId, runId) => (isKnown(systemId, runId) ? run : find()),
    },
    horizon: {
      bounds: BOUNDS,
      has: (ms) => ms >= BOUNDS.lowerMs && ms < BOUNDS.upperMs,
      covers: (uuid) => uuid >= uuidFloor(BOUNDS.lowerMs) && uuid < uuidFloor(BOUNDS.upperMs),
      reload: async () => {},
    },
    async numberUnregistered(_systemId, _run, entity) {
      numbered.push(entity);
      return number(entity);
    },
    metrics,
  });
  return {
    intake,
    writes,
    numbered,
    async outcomes() {
      const { values } = await metrics.activations.get();
      return Object.fromEntries(
        values.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.outcome, value]),
      );
    },
  };
}

describe("an activation", () => {
  test("becomes a row with the numbers of its names", async () => {
    const { intake, writes, outcomes } = start();
    const activation = activationOf({ entity: boiler, seq: 3, attributes: "{}" });
    expect(await intake.accept(activation, CALLER)).toEqual({
      activationId: activation.activationId,
      duplicate: false,
      unregistered: false,
      clockSuspect: false,
    });
    const { systemId, runId, entity, ...same } = activation;
    expect(writes).toEqual([[{ ...same, systemNo: 5, runNo: 6, entityNo: 2, flags: 0 }]]);
    expect(await outcomes()).toEqual({ stored: 1 });
  });

  test("of an unlisted sensor is flagged, and its sensor numbered once", async () => {
    const { intake, writes, numbered } = start();
    for (let attempt = 0; attempt < 3; attempt++) {
      const stored = await intake.accept(activationOf({ entity: skylight }), CALLER);
      expect(stored).toMatchObject({ unregistered: true, clockSuspect: false });
    }
    expect(numbered).toEqual([skylight]);
    expect(writes.flat().map(({ entityNo, flags }) => ({ entityNo, flags }))).toEqual(
      Array.from({ length: 3 }, () => ({ entityNo: 77, flags: 1 })),
    );
  });

  const ahead = (ms: number) => ({ occurredAtUs: (NOW_MS + ms) * 1_000 });
  test.each([
    ["of now", {}, false],
    ["with an id at the lower bound", { activationId: idAt(BOUNDS.lowerMs) }, false],
    ["with an id before the lower bound", { activationId: idAt(BOUNDS.lowerMs - 1) }, true],
    ["with an id just before the upper bound", { activationId: idAt(BOUNDS.upperMs - 1) }, false],
    ["with an id at the upper bound", { activationId: idAt(BOUNDS.upperMs) }, true],
    ["as far ahead as a clock may be", ahead(LIMITS.clockAheadMs), false],
    ["farther ahead", { occurredAtUs: (NOW_MS + LIMITS.clockAheadMs) * 1_000 + 1 }, true],
    ["as old as the retention", { occurredAtUs: BOUNDS.lowerMs * 1_000 }, false],
    ["older", { occurredAtUs: BOUNDS.lowerMs * 1_000 - 1 }, true],
  ])("%s: a suspect clock is %#", async (_name, facts, clockSuspect) => {
    const { intake, writes } = start();
    expect(await intake.accept(activationOf(facts), CALLER)).toMatchObject({ clockSuspect });
    expect((writes[0]?.[0]?.flags ?? 0) & FLAGS.clockSuspect).toBe(clockSuspect ? 2 : 0);
  });

  const FIVE_MINUTES = 5 * 60_000;
  test.each([
    ["five minutes before it happened", -FIVE_MINUTES, 0],
    ["more than that before", -FIVE_MINUTES - 1, 4],
    ["five minutes after it happened", FIVE_MINUTES, 0],
    ["more than that after", FIVE_MINUTES + 1, 4],
  ])(
    "whose id was made %s is found by its time all the same: flags %#",
    async (_name, ms, flags) => {
      const { intake, writes } = start();
      const occurredMs = NOW_MS - 3_600_000;
      await intake.accept(
        activationOf({ activationId: idAt(occurredMs + ms), occurredAtUs: occurredMs * 1_000 }),
        CALLER,
      );
      expect(writes[0]?.[0]?.flags).toBe(flags);
    },
  );

  test("of an unknown run is refused and not written", async () => {
    const { intake, writes, outcomes } = start();
    const unknown = intake.accept(activationOf({ runId: idAt(NOW_MS) }), CALLER);
    await expect(unknown).rejects.toMatchObject({ reason: "RUN_UNKNOWN" });
    expect(writes).toEqual([]);
    expect(await outcomes()).toEqual({ rejected: 1 });
  });

  test("that was stored before is a duplicate", async () => {
    const { intake, outcomes } = start({
      result: async () => ({ duplicates: new Set([0]), failures: new Map() }),
    });
    expect(await intake.accept(activationOf(), CALLER)).toMatchObject({ duplicate: true });
    expect(await outcomes()).toEqual({ duplicate: 1 });
  });

  test("that the database refuses fails with what it said", async () => {
    const failure = new SlimmerError("INTERNAL", "the database refused a statement");
    const { intake, outcomes } = start({
      result: async () => ({ duplicates: new Set(), failures: new Map([[0, failure]]) }),
    });
    await expect(intake.accept(activationOf(), CALLER)).rejects.toBe(failure);
    expect(await outcomes()).toEqual({ rejected: 1 });
  });

  test("that finds the queue full is refused, to be sent again", async () => {
    const full = new SlimmerError("INTAKE_FULL", "full");
    const { intake, outcomes } = start({ result: () => Promise.reject(full) });
    await expect(intake.accept(activationOf(), CALLER)).rejects.toBe(full);
    expect(await outcomes()).toEqual({ refused: 1 });
  });
});

describe("a batch", () => {
  const invalid = new SlimmerError("FIELDS_INVALID", "wrong");

  test("has an outcome for each item, in its place", async () => {
    const failure = new SlimmerError("INTERNAL", "refused");
    const { intake, writes, outcomes } = start({
      result: async () => ({ duplicates: new Set([1]), failures: new Map([[2, failure]]) }),
    });
    const items = [
      activationOf(),
      invalid,
      activationOf({ runId: idAt(NOW_MS) }),
      activationOf({ entity: boiler }),
      activationOf({ entity: skylight }),
    ];
    const answers = await intake.acceptMany(items, CALLER);
    expect(answers[0]).toMatchObject({ duplicate: false });
    expect(answers[1]).toBe(invalid);
    expect(answers[2]).toMatchObject({ reason: "RUN_UNKNOWN" });
    expect(answers[3]).toMatchObject({ duplicate: true });
    expect(answers[4]).toBe(failure);
    expect(writes.map((rows) => rows.length)).toEqual([3]);
    expect(await outcomes()).toEqual({ stored: 1, duplicate: 1, rejected: 3 });
  });

  test("of nothing but bad items is answered without a write", async () => {
    const { intake, writes } = start();
    expect(await intake.acceptMany([invalid, invalid], CALLER)).toEqual([invalid, invalid]);
    expect(await intake.acceptMany([], CALLER)).toEqual([]);
    expect(writes).toEqual([]);
  });

  test("that finds the queue full is refused whole", async () => {
    const full = new SlimmerError("INTAKE_FULL", "full");
    const { intake, outcomes } = start({ result: () => Promise.reject(full) });
    await expect(intake.acceptMany([activationOf(), invalid], CALLER)).rejects.toBe(full);
    expect(await outcomes()).toEqual({ refused: 2 });
  });

  test("whose runs can't be looked up is refused whole, and counted", async () => {
    const away = new SlimmerError("STORE_AWAY", "away");
    const { intake, writes, outcomes } = start({ find: () => Promise.reject(away) });
    const items = [activationOf(), activationOf({ runId: idAt(NOW_MS) })];
    await expect(intake.acceptMany(items, CALLER)).rejects.toBe(away);
    expect(writes).toEqual([]);
    expect(await outcomes()).toEqual({ refused: 2 });
  });

  test("with more unlisted sensors than there may be loses those alone", async () => {
    const limit = new SlimmerError("UNREGISTERED_LIMIT", "too many");
    const { intake } = start({ number: () => Promise.reject(limit) });
    const items = [activationOf({ entity: skylight }), activationOf()];
    const answers = await intake.acceptMany(items, CALLER);
    expect(answers[0]).toBe(limit);
    expect(answers[1]).toMatchObject({ unregistered: false });
  });
});
