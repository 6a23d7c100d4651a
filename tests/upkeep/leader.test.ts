import type pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { deferred } from "../../src/kit/deferred.ts";
import { connect } from "../../src/store/connection.ts";
import { type Leader, type LeaderOptions, startLeader } from "../../src/upkeep/leader.ts";
import { eventually } from "../support/eventually.ts";
import { backendPid, configOf, connectTo, ownDatabase } from "../support/own-database.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** Those who follow look for the lead every five seconds. */
const SUCCESSION = { timeoutMs: 25_000 };

type Keeper = {
  leader: Leader;
  /** The connections that its rounds ran on. */
  rounds: number[];
  /** Whether it leads, each time that this changed. */
  changes: boolean[];
  warnings: string[];
};

function startKeeper(url: string, options: Partial<LeaderOptions> = {}): Keeper {
  const rounds: number[] = [];
  const changes: boolean[] = [];
  const warnings: string[] = [];
  const leader = startLeader({
    connect: (onLost) => connect(configOf(url), "keeper", onLost),
    work: async (client) => {
      rounds.push(await backendPid(client));
    },
    intervalMs: 60_000,
    onChange: (isLeader) => changes.push(isLeader),
    log: { info: () => {}, warn: (_, message) => warnings.push(message) },
    ...options,
  });
  onTestFinished(() => leader.close());
  return { leader, rounds, changes, warnings };
}

const leading = (keepers: readonly Keeper[]) => keepers.filter(({ leader }) => leader.isLeader);

async function holdersOf(db: pg.Client): Promise<number[]> {
  const { rows } = await db.query(
    `select pid from pg_locks
    where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.map((row) => row.pid);
}

describe("of three keepers", () => {
  test("one leads, and works", async () => {
    const url = await ownDatabase();
    const keepers = [startKeeper(url), startKeeper(url), startKeeper(url)];
    await Promise.all(keepers.map(({ leader }) => leader.firstRound));
    expect(leading(keepers)).toHaveLength(1);
    expect(keepers.every(({ leader }) => leader.isConnected)).toBe(true);
    expect(keepers.map(({ rounds }) => rounds.length).sort()).toEqual([0, 0, 1]);
    expect(leading(keepers)[0]?.rounds).toEqual(await holdersOf(await connectTo(url)));
  });

  test("another takes over when the leader's connection is ended and it can't come back", async () => {
    const url = await ownDatabase();
    const admin = await connectTo(url);
    let cutOff: Keeper | undefined;
    const keepers: Keeper[] = [0, 1, 2].map((number) =>
      startKeeper(url, {
        async connect(onLost) {
          if (cutOff && keepers[number] === cutOff) throw new Error("cut off");
          return connect(configOf(url), "keeper", onLost);
        },
      }),
    );
    await eventually(() => expect(leading(keepers)).toHaveLength(1));
    await eventually(() => expect(leading(keepers)[0]?.rounds).toHaveLength(1));
    const [first] = leading(keepers) as [Keeper];
    cutOff = first;
    await admin.query("select pg_terminate_backend($1)", [first.rounds[0]]);
    await eventually(() => expect(first.changes).toEqual([true, false]));
    await eventually(() => {
      const [next] = leading(keepers);
      expect(next).toBeDefined();
      expect(next).not.toBe(first);
      expect(next?.rounds).toHaveLength(1);
    }, SUCCESSION);
    expect(leading(keepers)).toHaveLength(1);
    expect(first.warnings.length).toBeGreaterThan(0);

    cutOff = undefined;
    await eventually(() => expect(first.leader.isConnected).toBe(true), SUCCESSION);
    expect(leading(keepers)).toHaveLength(1);
    expect(first.leader.isLeader).toBe(false);
  });

  test("another takes over when the leader closes", async () => {
    const url = await ownDatabase();
    const keepers = [startKeeper(url), startKeeper(url)];
    await eventually(() => expect(leading(keepers)).toHaveLength(1));
    const [first] = leading(keepers) as [Keeper];
    await first.leader.close();
    expect([first.leader.isLeader, first.leader.isConnected]).toEqual([false, false]);
    expect(first.changes).toEqual([true, false]);
    await eventually(() => expect(leading(keepers)).toHaveLength(1), SUCCESSION);
    expect(leading(keepers)[0]).not.toBe(first);
  });
});

test("the leader works again and again, on one connection", async () => {
  const { rounds, changes } = startKeeper(await ownDatabase(), { intervalMs: 20 });
  await eventually(() => expect(rounds.length).toBeGreaterThan(4));
  expect(new Set(rounds).size).toBe(1);
  expect(changes).toEqual([true]);
});

test("a round that fails is tried again, by whoever gets the lead then", async () => {
  let rounds = 0;
  const keeper = startKeeper(await ownDatabase(), {
    async work() {
      rounds += 1;
      if (rounds === 1) throw new Error("no luck");
    },
  });
  await keeper.leader.firstRound;
  await eventually(() => expect(rounds).toBe(2));
  expect(keeper.warnings).toEqual(["a round of the keeper failed; trying again"]);
  expect(keeper.changes).toEqual([true, false, true]);
});

test("whoever loses the connection in the middle of a round can't go on working", async () => {
  const url = await ownDatabase();
  const admin = await connectTo(url);
  const outcomes: string[] = [];
  const keeper = startKeeper(url, {
    async work(client) {
      if (outcomes.length > 0) return;
      outcomes.push("begun");
      await admin.query("select pg_terminate_backend($1)", [await backendPid(client)]);
      await client.query("select 1").then(
        () => outcomes.push("worked"),
        () => outcomes.push("failed"),
      );
      throw new Error("lost");
    },
  });
  await eventually(() => expect(outcomes).toEqual(["begun", "failed"]));
  await eventually(() => expect(keeper.changes).toEqual([true, false, true]));
});

test("a keeper starts before its database, and finds it when it is there", async () => {
  const url = await ownDatabase();
  const proxy = await startTcpProxy(url);
  await proxy.close();
  const { leader, rounds } = startKeeper(proxy.urlVia(url));
  await leader.firstRound;
  expect([leader.isConnected, leader.isLeader]).toEqual([false, false]);
  await proxy.open();
  onTestFinished(() => proxy.close());
  await eventually(() => expect(rounds).toHaveLength(1));
  expect([leader.isConnected, leader.isLeader]).toEqual([true, true]);
});

test("closing waits for the round under way, and gives the lead back", async () => {
  const url = await ownDatabase();
  const gate = deferred<void>();
  const begun = deferred<void>();
  const { leader } = startKeeper(url, {
    work: () => {
      begun.resolve();
      return gate.promise;
    },
  });
  await begun.promise;
  let isClosed = false;
  const closing = leader.close().then(() => {
    isClosed = true;
  });
  const admin = await connectTo(url);
  expect(await holdersOf(admin)).toHaveLength(1);
  expect(isClosed).toBe(false);
  gate.resolve();
  await closing;
  await eventually(async () => expect(await holdersOf(admin)).toEqual([]));
});
