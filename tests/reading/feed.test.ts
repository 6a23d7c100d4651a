import type pg from "pg";
import type { WatchActivationsRequestOutput, WatchActivationsResponse } from "slimmer-grpc";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { FLAGS } from "../../src/domain/activation.ts";
import {
  createFeed,
  type Feed,
  type FeedOptions,
  type LiveEvent,
} from "../../src/reading/feed/feed.ts";
import { createInterests, type Interests } from "../../src/reading/feed/interests.ts";
import { timestampOf } from "../../src/reading/feed/record-message.ts";
import type { Watched } from "../../src/reading/feed/watch.ts";
import type { Store } from "../../src/store/open.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { attic, boiler, door, greenhouse, skylight } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import {
  appendToFeed,
  emptyFeed,
  type FeedRowFacts,
  runOf,
  storeOf,
  trimFeed,
} from "../support/feed-records.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const databaseUrl = useDatabase();
let store: Store;
let inGreenhouse: Awaited<ReturnType<typeof runOf>>;
let inAttic: typeof inGreenhouse;

beforeAll(async () => {
  store = storeOf(databaseUrl());
  inGreenhouse = await runOf(store, greenhouse.systemId, greenhouse.entities);
  inAttic = await runOf(store, attic.systemId, attic.entities);
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyFeed(store.pool);
  await store.pool.query("update feed_state set feed_id = gen_random_uuid()");
});

const NOTHING: WatchActivationsRequestOutput = {
  cursor: "",
  recent: 0,
  system_id: "",
  run_id: "",
  category: "",
  name: "",
  identity: "",
  unregistered: false,
  clock_suspect: false,
  late: false,
};

/** A feed like that of one process, with metrics of its own. */
function feedOfTest(more: Partial<FeedOptions> = {}, from: Store = store) {
  const metrics = createMetrics({ defaults: false });
  const feed = createFeed({
    read: (work) => from.questions.run(work),
    connect: (onLost) => from.connect("feed", onLost),
    metrics,
    log: { warn: () => {} },
    nowMs: () => Date.now(),
    ...more,
  });
  onTestFinished(() => feed.close());
  return { feed, metrics };
}

/** As the wire has it. */
function responseOf({ picked, cursor, serverUs, caughtUp }: Watched): WatchActivationsResponse {
  const activations = picked.flatMap(({ held, rows }) => held.messagesOf(rows));
  return { activations, cursor, server_time: timestampOf(serverUs), caught_up: caughtUp };
}

/** One who watches: what it has been given so far. */
function watcher(feed: Feed, request: Partial<WatchActivationsRequestOutput> = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const messages: WatchActivationsResponse[] = [];
  const ended = (async () => {
    for await (const message of feed.watch({ ...NOTHING, ...request }, leaving.signal)) {
      messages.push(responseOf(message));
    }
  })();
  ended.catch(() => {});
  return {
    messages,
    ended,
    leave: () => leaving.abort(),
    get ids() {
      return messages.flatMap(({ activations = [] }) =>
        activations.map((one) => one.activation_id),
      );
    },
    get cursor() {
      return messages.at(-1)?.cursor ?? "";
    },
    begun: () => eventually(() => expect(messages.length).toBeGreaterThan(0)),
  };
}

const ofDoor = (facts: Partial<FeedRowFacts> = {}): FeedRowFacts => ({
  systemNo: inGreenhouse.systemNo,
  runNo: inGreenhouse.runNo,
  entityNo: inGreenhouse.entityNo(door),
  ...facts,
});
const ofBoiler = (facts: Partial<FeedRowFacts> = {}) =>
  ofDoor({ entityNo: inGreenhouse.entityNo(boiler), ...facts });
const ofSkylight = (facts: Partial<FeedRowFacts> = {}): FeedRowFacts => ({
  systemNo: inAttic.systemNo,
  runNo: inAttic.runNo,
  entityNo: inAttic.entityNo(skylight),
  ...facts,
});
const many = (count: number, row = ofDoor) => Array.from({ length: count }, () => row());

describe("watching", () => {
  test("gives every activation as it is stored, once and in order", async () => {
    const one = watcher(feedOfTest().feed);
    await one.begun();
    expect(one.messages[0]).toMatchObject({ activations: [], caught_up: true });
    const ids = [
      ...(await appendToFeed(store.pool, [ofDoor(), ofSkylight()])),
      ...(await appendToFeed(store.pool, [])),
      ...(await appendToFeed(store.pool, [ofBoiler()])),
    ];
    await eventually(() => expect(one.ids).toEqual(ids));
  });

  test("tells all that is known of an activation", async () => {
    const one = watcher(feedOfTest().feed);
    await one.begun();
    const shownUs = 1_800_000_000_123_456;
    const receivedUs = shownUs + 61_000_000;
    const attributes = { by: "key 7", note: 'a "quoted", {braced} one' };
    const [id] = await appendToFeed(store.pool, [
      ofDoor({ seq: 7, shownUs, receivedUs, flags: FLAGS.unregistered, attributes }),
      ofBoiler({ shownUs, receivedUs, flags: FLAGS.clockSuspect }),
    ]);
    await eventually(() => expect(one.ids).toHaveLength(2));
    const [first, second] = one.messages.flatMap(({ activations = [] }) => activations);
    const shown = { seconds: 1_800_000_000, nanos: 123_456_000 };
    const received = { seconds: 1_800_000_061, nanos: 123_456_000 };
    expect(first).toEqual({
      system_id: "greenhouse",
      run_id: inGreenhouse.runId,
      entity: door,
      activation_id: id,
      shown_at: shown,
      occurred_at: shown,
      received_at: received,
      seq: 7,
      attributes,
      unregistered: true,
      clock_suspect: false,
      late: true,
    });
    expect(second).toMatchObject({
      ...{ entity: boiler, seq: 0, attributes: {}, unregistered: false },
      ...{ clock_suspect: true, late: false },
      ...{ shown_at: received, occurred_at: shown, received_at: received },
    });
  });

  test("goes on from a cursor in the middle of a record, at another server", async () => {
    const before = watcher(feedOfTest().feed);
    await before.begun();
    const { cursor } = before;
    before.leave();
    const ids = await appendToFeed(store.pool, many(1_201));
    const last = await appendToFeed(store.pool, [ofBoiler()]);
    for await (const first of feedOfTest().feed.watch(
      { ...NOTHING, cursor },
      new AbortController().signal,
    )) {
      expect(first.picked).toEqual([]);
      break;
    }
    const { signal } = new AbortController();
    const pieces: string[][] = [];
    let from = cursor;
    // Every message is read by another server, which knows nothing but the cursor.
    while (pieces.flat().length < 1_202) {
      for await (const watched of feedOfTest().feed.watch({ ...NOTHING, cursor: from }, signal)) {
        const { activations = [], cursor: next } = responseOf(watched);
        if (activations.length === 0) continue;
        pieces.push(activations.map((one) => one.activation_id ?? ""));
        from = next ?? "";
        break;
      }
    }
    expect(pieces.flat()).toEqual([...ids, ...last]);
    expect(pieces.length).toBeGreaterThan(2);
  });

  test("misses nothing and gives nothing twice while its connection is ended again and again", async () => {
    const servers = [feedOfTest(), feedOfTest()];
    const all = servers.map(({ feed }) => watcher(feed));
    await Promise.all(all.map((one) => one.begun()));
    const ids: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      ids.push(...(await appendToFeed(store.pool, many(3))));
      await store.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'slimmer feed' and datname = current_database()",
      );
      ids.push(...(await appendToFeed(store.pool, many(2, ofBoiler))));
    }
    for (const one of all) await eventually(() => expect(one.ids).toEqual(ids));
  });

  test("waits for a database that is away, says so, and goes on without a gap", async () => {
    const proxy = await startTcpProxy(databaseUrl());
    onTestFinished(() => proxy.close());
    const distant = storeOf(proxy.urlVia(databaseUrl()), "500ms");
    const { feed } = feedOfTest({ heartbeatMs: 200 }, distant);
    const one = watcher(feed);
    await one.begun();
    await proxy.close();
    const ids = await appendToFeed(store.pool, many(5));
    await eventually(() => expect(one.messages.at(-1)).toMatchObject({ caught_up: false }));
    const { length } = one.messages;
    await eventually(() => expect(one.messages.length).toBeGreaterThan(length + 1));
    expect(one.ids).toEqual([]);
    await proxy.open();
    await eventually(() => expect(one.ids).toEqual(ids));
    await feed.close();
    await distant.close();
  });

  test("is told even where no notification comes", async () => {
    const one = watcher(feedOfTest({ pollMs: 50 }).feed);
    await one.begun();
    const ids = await appendToFeed(store.pool, many(2), { notify: false });
    await eventually(() => expect(one.ids).toEqual(ids));
  });

  test("gives all to a reader that fell behind what is in memory, in order", async () => {
    const { feed } = feedOfTest({ ring: { rows: 20, bytes: 1e6, records: 10, messages: 10 } });
    const slow = feed.watch(NOTHING, AbortSignal.timeout(20_000))[Symbol.asyncIterator]();
    await slow.next();
    const ids: string[] = [];
    const quick = watcher(feed);
    await quick.begun();
    for (let round = 0; round < 40; round += 1) {
      ids.push(...(await appendToFeed(store.pool, many(1 + (round % 7)))));
    }
    await eventually(() => expect(quick.ids).toEqual(ids));
    const read: (string | undefined)[] = [];
    while (read.length < ids.length) {
      const message = await slow.next();
      if (message.done === true) break;
      const { activations = [] } = responseOf(message.value);
      read.push(...activations.map((one) => one.activation_id));
    }
    expect(read).toEqual(ids);
    await slow.return?.();
  });

  test("sends a heartbeat with a cursor after a while of nothing", async () => {
    const one = watcher(feedOfTest({ heartbeatMs: 30, nowMs: () => 1_500 }).feed);
    await eventually(() => expect(one.messages.length).toBeGreaterThan(3));
    expect(one.messages[2]).toEqual({
      activations: [],
      cursor: expect.stringMatching(/^[\w-]{44}$/),
      server_time: { seconds: 1, nanos: 500_000_000 },
      caught_up: true,
    });
  });

  test("begins with the latest that match", async () => {
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const [, doorId] = await appendToFeed(store.pool, [ofBoiler(), ofDoor(), ofSkylight()]);
      ids.push(doorId as string);
    }
    const one = watcher(feedOfTest().feed, { recent: 3, identity: "door-?" });
    await one.begun();
    expect(one.ids).toEqual(ids.slice(-3));
    const [next] = await appendToFeed(store.pool, [ofDoor(), ofBoiler()]);
    await eventually(() => expect(one.ids).toEqual([...ids.slice(-3), next]));
  });

  test("begins with the latest in messages that every client can take, each with a cursor to go on from", async () => {
    const ids = await appendToFeed(store.pool, many(1_400));
    const one = watcher(feedOfTest().feed, { recent: 1_000 });
    await eventually(() => expect(one.ids).toEqual(ids.slice(-1_000)));
    expect(one.messages[0]?.activations).toHaveLength(500);
    const { cursor = "" } = one.messages[0] ?? {};
    const next = watcher(feedOfTest().feed, { cursor });
    await eventually(() => expect(next.ids).toEqual(ids.slice(-500)));
  });

  test("looks for the latest behind no more signs of life than a moment takes", async () => {
    await appendToFeed(store.pool, many(2));
    await store.pool.query(
      `insert into fold_records (system_no, received_at, feed_no, system_nos, run_nos, entity_nos, activation_ids, shown_us)
      select 1, now(), 1 + number, '{}', '{}', '{}', '{}', '{}' from generate_series(1, 3000) as number`,
    );
    await store.pool.query("update feed_state set last_no = 3001");
    let looks = 0;
    const { feed } = feedOfTest({
      read: (work) => {
        looks += 1;
        return store.questions.run(work);
      },
    });
    const one = watcher(feed, { recent: 10 });
    await one.begun();
    expect(one.ids).toEqual([]);
    expect(looks).toBe(10);
    const ids = await appendToFeed(store.pool, many(1));
    await eventually(() => expect(one.ids).toEqual(ids));
  });

  test.each([
    ["a system", { system_id: "attic" }, [2]],
    ["a category", { category: "temp*" }, [1]],
    ["a sensor of a system", { system_id: "greenhouse", name: "*door" }, [0, 3, 4, 5]],
    ["what its run did not list", { unregistered: true }, [3]],
    ["wrong clocks", { clock_suspect: true }, [4]],
    ["late ones", { late: true, system_id: "greenhouse" }, [5]],
    ["nothing that is there", { system_id: "attic", identity: "door-1" }, []],
  ] as const)("can be limited to %s", async (_, request, wanted) => {
    const { feed } = feedOfTest();
    const one = watcher(feed, request);
    const all = watcher(feed);
    await Promise.all([one.begun(), all.begun()]);
    const shownUs = (Date.now() - 90_000) * 1_000;
    const ids = await appendToFeed(store.pool, [
      ofDoor(),
      ofBoiler(),
      ofSkylight(),
      ofDoor({ flags: FLAGS.unregistered }),
      ofDoor({ flags: FLAGS.clockSuspect }),
      ofDoor({ shownUs, receivedUs: Date.now() * 1_000 }),
    ]);
    const [end] = await appendToFeed(store.pool, [ofDoor()]);
    await eventually(() => expect(all.ids.at(-1)).toBe(end));
    const expected = wanted.map((at) => ids[at]);
    await eventually(() => expect(one.ids.filter((id) => id !== end)).toEqual(expected));
  });

  test("can be limited to a run", async () => {
    const next = await runOf(store, greenhouse.systemId, greenhouse.entities);
    const one = watcher(feedOfTest().feed, { system_id: "greenhouse", run_id: next.runId });
    await one.begun();
    const [, id] = await appendToFeed(store.pool, [ofDoor(), ofDoor({ runNo: next.runNo })]);
    await eventually(() => expect(one.ids).toEqual([id]));
  });

  test("keeps to messages that every client can take", async () => {
    const one = watcher(feedOfTest().feed);
    await one.begun();
    const attributes = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`key ${index}`, "ü".repeat(256)]),
    );
    const ids = await appendToFeed(
      store.pool,
      Array.from({ length: 300 }, () => ofDoor({ attributes })),
    );
    await eventually(() => expect(one.ids).toEqual(ids));
    for (const { activations = [] } of one.messages) {
      expect(Buffer.byteLength(JSON.stringify(activations))).toBeLessThan(200_000);
    }
    const recent = watcher(feedOfTest().feed, { recent: 300 });
    await eventually(() => expect(recent.ids).toEqual(ids));
    expect(recent.messages.length).toBeGreaterThan(3);
  });
});

describe("a cursor", () => {
  const failure = (request: Partial<WatchActivationsRequestOutput>) =>
    watcher(feedOfTest().feed, request).ended.then(
      () => undefined,
      (error) => error,
    );

  test("from before what is kept is refused, with what to do", async () => {
    const one = watcher(feedOfTest().feed);
    await one.begun();
    for (let round = 0; round < 3; round += 1) await appendToFeed(store.pool, many(2));
    await trimFeed(store.pool, 2);
    expect(await failure({ cursor: one.messages[0]?.cursor ?? "" })).toMatchObject({
      reason: "CURSOR_EXPIRED",
      message: expect.stringMatching(/list_activations, then watch anew/),
    });
  });

  test("at the very edge of what is kept still holds", async () => {
    const { feed } = feedOfTest();
    const one = watcher(feed);
    await one.begun();
    for (let round = 0; round < 2; round += 1) await appendToFeed(store.pool, many(2));
    await eventually(() => expect(one.ids).toHaveLength(4));
    const { cursor } = one;
    const ids = await appendToFeed(store.pool, many(2));
    // The record before it must be there, for it says which history of the feed it is of.
    await trimFeed(store.pool, 1);
    const next = watcher(feedOfTest().feed, { cursor });
    await eventually(() => expect(next.ids).toEqual(ids));
    await trimFeed(store.pool, 2);
    expect(await failure({ cursor })).toMatchObject({ reason: "CURSOR_EXPIRED" });
  });

  describe("of what was lost, where the numbers were given out once more", () => {
    /** The database is as it was after record `no`, and goes on from there; nothing else tells. */
    async function loseAfter(no: number, then: (db: pg.PoolClient) => Promise<void>) {
      const db = await store.pool.connect();
      try {
        await db.query("begin");
        await db.query("update feed_state set first_no = last_no + 1");
        await db.query("delete from fold_records where feed_no > $1", [no]);
        await db.query("update feed_state set first_no = 1, last_no = $1", [no]);
        await then(db);
        await db.query("commit");
      } finally {
        db.release();
      }
    }
    const again = (records: number) => async (db: pg.PoolClient) => {
      for (let no = 0; no < records; no += 1) await appendToFeed(db, many(3));
    };

    test.each([
      ["has got as far", 2],
      ["has got further", 5],
    ])("is refused once the feed %s", async (_, records) => {
      const one = watcher(feedOfTest().feed);
      await one.begun();
      for (let no = 0; no < 3; no += 1) await appendToFeed(store.pool, many(2));
      await eventually(() => expect(one.ids).toHaveLength(6));
      const { cursor } = one;
      one.leave();
      await one.ended;
      await loseAfter(1, again(records));
      expect(await failure({ cursor })).toMatchObject({ reason: "CURSOR_EXPIRED" });
    });

    test("is gone on from where it is of before the loss", async () => {
      const one = watcher(feedOfTest().feed);
      await one.begun();
      await appendToFeed(store.pool, many(2));
      await eventually(() => expect(one.ids).toHaveLength(2));
      const { cursor } = one;
      one.leave();
      await appendToFeed(store.pool, many(2));
      await loseAfter(1, again(2));
      const next = watcher(feedOfTest().feed, { cursor });
      await eventually(() => expect(next.ids).toHaveLength(6));
    });

    test("ends those who watch, whom nothing else tells, and lets them begin anew", async () => {
      const { feed } = feedOfTest();
      const one = watcher(feed);
      await one.begun();
      for (let no = 0; no < 3; no += 1) await appendToFeed(store.pool, many(2));
      await eventually(() => expect(one.ids).toHaveLength(6));
      await loseAfter(1, again(4));
      await expect(one.ended).rejects.toMatchObject({ reason: "CURSOR_EXPIRED" });
      const next = watcher(feed);
      await next.begun();
      const ids = await appendToFeed(store.pool, many(2));
      await eventually(() => expect(next.ids).toEqual(ids));
    });

    test("ends one who reads behind all others, too", async () => {
      const { feed } = feedOfTest({ ring: { rows: 4, bytes: 1e6, records: 2, messages: 10 } });
      const slow = feed.watch(NOTHING, AbortSignal.timeout(20_000))[Symbol.asyncIterator]();
      await slow.next();
      await appendToFeed(store.pool, many(600));
      await slow.next();
      await loseAfter(0, async (db) => {
        await appendToFeed(db, many(600));
        await again(3)(db);
      });
      const toTheEnd = async () => {
        while ((await slow.next()).done !== true);
      };
      await expect(toTheEnd()).rejects.toMatchObject({ reason: "CURSOR_EXPIRED" });
    });
  });

  test("of another database, or from a future that a backup has undone, is refused", async () => {
    const one = watcher(feedOfTest().feed);
    await one.begun();
    await appendToFeed(store.pool, many(1));
    await eventually(() => expect(one.ids).toHaveLength(1));
    const { cursor } = one;
    await emptyFeed(store.pool);
    expect(await failure({ cursor })).toMatchObject({ reason: "CURSOR_EXPIRED" });
    await expect(one.ended).rejects.toMatchObject({ reason: "CURSOR_EXPIRED" });
    await store.pool.query("update feed_state set last_no = 1, feed_id = gen_random_uuid()");
    expect(await failure({ cursor })).toMatchObject({ reason: "CURSOR_EXPIRED" });
  });

  test.each([
    "x",
    "A".repeat(44),
    "=".repeat(44),
    "é".repeat(44),
    // Of the first version.
    "AcnObPSlbkDPiDmSSEEZPfYAAAAAAAMAAAAA",
  ])("%j is none", async (cursor) => {
    expect(await failure({ cursor, recent: 1_001, run_id: "nope" })).toMatchObject({
      reason: "FIELDS_INVALID",
      fields: [
        { field: "cursor" },
        { field: "recent" },
        { field: "run_id" },
        { field: "run_id", problem: "needs system_id" },
      ],
    });
  });

  test("is no help where the system or the run is unknown", async () => {
    expect(await failure({ system_id: "cellar" })).toMatchObject({ reason: "NOT_FOUND" });
    const run_id = inGreenhouse.runId;
    expect(await failure({ system_id: "attic", run_id })).toMatchObject({ reason: "NOT_FOUND" });
  });
});

describe("the reading of a process", () => {
  const connections = async () => {
    const { rows } = await store.pool.query(
      "select count(*)::int as count from pg_stat_activity where application_name = 'slimmer feed' and datname = current_database()",
    );
    return rows[0].count;
  };

  test("has one connection, however many watch, and none when nobody does", async () => {
    await eventually(async () => expect(await connections()).toBe(0));
    const { feed, metrics } = feedOfTest();
    expect(await connections()).toBe(0);
    const all = [watcher(feed), watcher(feed), watcher(feed, { system_id: "attic" })];
    await Promise.all(all.map((one) => one.begun()));
    expect(await connections()).toBe(1);
    expect((await metrics.feedWatchers.get()).values).toMatchObject([
      { value: 3, labels: { kind: "watch" } },
    ]);
    for (const one of all) one.leave();
    await Promise.all(all.map((one) => one.ended));
    await eventually(async () => expect(await connections()).toBe(0));
    expect((await metrics.feedWatchers.get()).values).toMatchObject([{ value: 0 }]);
  });

  test("rests between two looks by how many watch and how much comes, and gives them the same", async () => {
    const asked: { watchers: number; rowsPerSecond: number }[] = [];
    const restMs = (watchers: number, rowsPerSecond: number) => {
      asked.push({ watchers, rowsPerSecond });
      return 1_000;
    };
    const { feed } = feedOfTest({ restMs, pollMs: 60_000 });
    const all = [watcher(feed), watcher(feed), watcher(feed)];
    await Promise.all(all.map((one) => one.begun()));
    const ids: string[] = [];
    const storeOne = async () => ids.push(...(await appendToFeed(store.pool, [ofDoor()])));
    const haveAll = () => expect(all.map((one) => one.ids)).toEqual(all.map(() => ids));
    await storeOne();
    await eventually(haveAll);
    const begunAt = performance.now();
    for (let time = 0; time < 5; time += 1) await storeOne();
    await eventually(haveAll);
    // The greeting, the first, and all others together, unless storing five took longer than a second.
    const most = 2 + Math.ceil((performance.now() - begunAt) / 1_000);
    for (const { messages } of all) expect(messages.length).toBeLessThanOrEqual(most);
    expect(asked[0]).toEqual({ watchers: 3, rowsPerSecond: 0 });
    expect(asked[1]).toEqual({ watchers: 3, rowsPerSecond: expect.any(Number) });
    expect(asked[1]?.rowsPerSecond).toBeGreaterThan(0);
  });

  test("forgets what somebody wanted, however he leaves", async () => {
    const present: string[] = [];
    const all = createInterests();
    const interests: Interests = {
      join(wanted) {
        const interest = all.join(wanted);
        present.push(wanted.key);
        const leave = () => {
          present.splice(present.indexOf(wanted.key), 1);
          interest.leave();
        };
        return { ...interest, leave };
      },
    };
    const { feed } = feedOfTest({ interests });
    const wanted = (name: string) => ({ system_id: greenhouse.systemId, name });
    const stays = watcher(feed, wanted("front*"));
    const leaves = watcher(feed, wanted("boil*"));
    await Promise.all([stays.begun(), leaves.begun()]);
    expect(present).toHaveLength(2);
    const { cursor } = stays;
    await store.pool.query("update feed_state set feed_id = gen_random_uuid()");
    await expect(
      watcher(feedOfTest({ interests }).feed, { ...wanted("x*"), cursor }).ended,
    ).rejects.toMatchObject({ reason: "CURSOR_EXPIRED" });
    leaves.leave();
    await eventually(() => expect(present).toHaveLength(1));
    await feed.close();
    expect(present).toEqual([]);
  });

  test("tells all who watch when it is closed", async () => {
    const { feed } = feedOfTest();
    const one = watcher(feed);
    await one.begun();
    await feed.close();
    await expect(one.ended).rejects.toMatchObject({ reason: "SHUTTING_DOWN" });
    await expect(watcher(feed).ended).rejects.toMatchObject({ reason: "SHUTTING_DOWN" });
  });
});

describe("a live page", () => {
  function page(feed: Feed, request: Partial<WatchActivationsRequestOutput> = {}) {
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const events: (LiveEvent & { at: number })[] = [];
    const ended = (async () => {
      for await (const event of feed.live({ ...NOTHING, ...request }, leaving.signal)) {
        events.push({ ...event, at: performance.now() });
      }
    })();
    ended.catch(() => {});
    return {
      events,
      ended,
      begun: () => eventually(() => expect(events.length).toBeGreaterThan(0)),
      get shown() {
        return events.flatMap((event) => (event.kind === "activations" ? [event] : []));
      },
      get ids() {
        return this.shown.flatMap(({ activations }) => activations.map((one) => one.activation_id));
      },
    };
  }

  test("is greeted at once, then told what is new", async () => {
    const one = page(feedOfTest().feed);
    await one.begun();
    expect(one.events[0]).toMatchObject({ kind: "heartbeat" });
    const ids = await appendToFeed(store.pool, [ofDoor(), ofSkylight()]);
    await eventually(() => expect(one.ids).toEqual(ids));
    expect(one.shown[0]).toMatchObject({ total: 2, skipped: 0, caughtUp: true });
  });

  test("has at most four events a second, and a count of what is left out", async () => {
    const { feed } = feedOfTest({ liveMs: 100 });
    const one = page(feed);
    const filtered = page(feed, { system_id: "greenhouse", identity: "boiler*" });
    await Promise.all([one.begun(), filtered.begun()]);
    const ids: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      ids.push(...(await appendToFeed(store.pool, [...many(150), ...many(50, ofBoiler)])));
    }
    const sum = (events: readonly { total: number }[]) =>
      events.reduce((total, event) => total + event.total, 0);
    await eventually(() => expect([sum(one.shown), sum(filtered.shown)]).toEqual([4_000, 1_000]));
    expect(one.ids.at(-1)).toBe(ids.at(-1));
    for (const { activations, total, skipped } of [...one.shown, ...filtered.shown]) {
      expect(activations.length).toBeLessThanOrEqual(1_000);
      expect(skipped).toBe(total - activations.length);
    }
    one.shown.slice(1).forEach((event, index) => {
      expect(event.at - (one.shown[index]?.at ?? 0)).toBeGreaterThan(80);
    });
  });

  test("begins with the latest, and goes on after its cursor", async () => {
    const ids = await appendToFeed(store.pool, many(10));
    const { feed } = feedOfTest({ liveMs: 20 });
    const one = page(feed, { recent: 4 });
    await eventually(() => expect(one.ids).toEqual(ids.slice(-4)));
    const cursor = one.shown[0]?.cursor ?? "";
    const next = await appendToFeed(store.pool, many(3));
    const again = page(feedOfTest({ liveMs: 20 }).feed, { cursor });
    await eventually(() => expect(again.ids).toEqual(next));
  });

  test("whose cursor is too old is told so, and ended", async () => {
    const one = page(feedOfTest().feed);
    await one.begun();
    const [first] = one.events;
    for (let round = 0; round < 3; round += 1) await appendToFeed(store.pool, many(2));
    await trimFeed(store.pool, 2);
    const again = page(feedOfTest().feed, {
      cursor: first?.kind === "heartbeat" ? first.cursor : "",
    });
    await again.ended;
    expect(again.events).toMatchObject([{ kind: "expired", message: expect.any(String) }]);
  });

  test("that is so far behind that nobody would read it all is told to begin anew", async () => {
    const one = page(feedOfTest().feed);
    await one.begun();
    const [first] = one.events;
    const cursor = first?.kind === "heartbeat" ? first.cursor : "";
    for (let round = 0; round < 10; round += 1) await appendToFeed(store.pool, many(2_000));
    const near = page(feedOfTest({ liveMs: 20 }).feed, { cursor });
    await eventually(() => expect(near.shown[0]?.total).toBe(20_000));
    await appendToFeed(store.pool, many(1));
    const far = page(feedOfTest({ liveMs: 20 }).feed, { cursor });
    await far.ended;
    expect(far.events.at(-1)).toMatchObject({
      kind: "expired",
      message: expect.stringMatching(/more than 20000 activations came meanwhile/),
    });
  });

  test("shows fewer rows where many pages are open", async () => {
    const { feed } = feedOfTest({ liveMs: 20 });
    const pages = Array.from({ length: 300 }, () => page(feed));
    await Promise.all(pages.map((one) => one.begun()));
    await appendToFeed(store.pool, many(300));
    for (const one of pages) {
      await eventually(() => expect(one.shown[0]).toMatchObject({ total: 300, skipped: 290 }));
    }
  });

  test("shows a burst after a pause, and counts of a larger one what its list would not hold", async () => {
    const { feed } = feedOfTest({ liveMs: 20, heartbeatMs: 400 });
    const one = page(feed);
    // Three heartbeats: more than half a second since it looked.
    await eventually(() => expect(one.events).toHaveLength(3));
    const ids = await appendToFeed(store.pool, many(1_000));
    await eventually(() => expect(one.shown[0]).toMatchObject({ total: 1_000, skipped: 0 }));
    expect(one.ids).toEqual(ids);
    await eventually(() => expect(one.events.at(-1)?.kind).toBe("heartbeat"));
    const more = await appendToFeed(store.pool, many(1_500));
    await eventually(() => expect(one.shown[1]?.total).toBe(1_500));
    const shown = one.shown[1]?.activations.map(({ activation_id }) => activation_id);
    expect(shown).toEqual(more.slice(-1_000));
  });

  test("shares what it sees with those that want the same, and with nobody else", async () => {
    const { feed } = feedOfTest({ liveMs: 20 });
    const doors = { system_id: "greenhouse", identity: "door*" };
    const [one, two, other] = [page(feed, doors), page(feed, doors), page(feed)] as const;
    await Promise.all([one.begun(), two.begun(), other.begun()]);
    const ids = await appendToFeed(store.pool, [...many(3), ofBoiler()]);
    for (const seen of [one, two, other]) {
      await eventually(() => expect(seen.shown).toHaveLength(1));
    }
    expect(one.ids).toEqual(ids.slice(0, 3));
    expect(two.shown[0]?.activations).toBe(one.shown[0]?.activations);
    expect(other.ids).toEqual(ids);
  });

  test("hears a heartbeat in the quiet", async () => {
    const one = page(feedOfTest({ heartbeatMs: 30 }).feed);
    await eventually(() => expect(one.events.length).toBeGreaterThan(3));
    expect(new Set(one.events.map(({ kind }) => kind))).toEqual(new Set(["heartbeat"]));
  });
});
