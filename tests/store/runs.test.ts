import type pg from "pg";
import { expect, test } from "vitest";
import type { Entity } from "../../src/domain/entity.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import type { NewRun } from "../../src/domain/run.ts";
import { newUuidV7 } from "../../src/domain/uuid.ts";
import { numberUnregistered } from "../../src/store/entities.ts";
import { manifestHash } from "../../src/store/manifests.ts";
import { endRun, findRun, registerRun } from "../../src/store/runs.ts";
import { findSystem, lockSystem } from "../../src/store/systems.ts";
import { attic, boiler, door, greenhouse, skylight } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { connectMany, connectTo } from "../support/own-database.ts";

const databaseUrl = useDatabase();

function runOf(facts: Partial<NewRun> = {}): NewRun {
  return {
    systemId: greenhouse.systemId,
    runId: newUuidV7(),
    entities: greenhouse.entities,
    startedAtMs: Date.now(),
    clockSuspect: false,
    receivedAtMs: Date.now(),
    labels: {},
    client: { name: "", version: "", host: "" },
    silentAfterMs: undefined,
    ...facts,
  };
}

async function within<T>(db: pg.Client, work: () => Promise<T>): Promise<T> {
  await db.query("begin");
  try {
    const result = await work();
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback");
    throw error;
  }
}

const register = (db: pg.Client, run: NewRun) => within(db, () => registerRun(db, run));

test("one run that many servers register at the same time is one run", async () => {
  const connections = await connectMany(databaseUrl(), 6);
  const run = runOf({ systemId: "contended" });
  const answers = await Promise.all(connections.map((db) => register(db, run)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test("a repeated registration is answered as the first time, whatever came after it", async () => {
  const db = await connectTo(databaseUrl());
  const systemId = "repeating";
  await register(db, runOf({ systemId, entities: [door] }));
  const run = runOf({ systemId, entities: [door, boiler] });
  const first = await register(db, run);
  const later = await register(db, runOf({ systemId, entities: [skylight] }));
  expect(await register(db, run)).toEqual(first);
  expect(first.added).toMatchObject([boiler]);
  const { rows } = await db.query("select current_run_no from system_state where system_no = $1", [
    first.systemNo,
  ]);
  expect(rows[0].current_run_no).toBe(later.runNo);
});

test("a conflicting registration leaves nothing behind", async () => {
  const db = await connectTo(databaseUrl());
  const run = runOf({ systemId: "conflicting", entities: [door] });
  const { systemNo } = await register(db, run);
  await expect(register(db, { ...run, entities: [boiler] })).rejects.toMatchObject({
    reason: "RUN_CONFLICT",
  });
  const { rows } = await db.query("select name from entities where system_no = $1", [systemNo]);
  expect(rows).toEqual([{ name: door.name }]);
});

test("a run that ended is not superseded by the next one", async () => {
  const db = await connectTo(databaseUrl());
  const run = runOf({ systemId: "ending" });
  await register(db, run);
  const end = { systemId: run.systemId, runId: run.runId, reason: "", endedAtMs: Date.now() };
  expect(await endRun(db, end)).toBe(true);
  await register(db, runOf({ systemId: "ending" }));
  const { rows } = await db.query("select superseded_at, ended_at from runs where run_id = $1", [
    run.runId,
  ]);
  expect(rows).toEqual([{ superseded_at: null, ended_at: expect.any(Date) }]);
});

test("runs and systems are found by name, each in its own system", async () => {
  const db = await connectTo(databaseUrl());
  const run = runOf({ systemId: attic.systemId, entities: attic.entities });
  const { systemNo, runNo } = await register(db, run);
  expect(await findRun(db, attic.systemId, run.runId)).toMatchObject({ systemNo, runNo });
  expect(await findRun(db, greenhouse.systemId, run.runId)).toBeUndefined();
  expect(await findSystem(db, attic.systemId)).toBe(systemNo);
  expect(await findSystem(db, "nobody")).toBeUndefined();
});

test("a list is the same in any order, and no two lists look alike", () => {
  const hash = (entities: Entity[]) => manifestHash(entities).toString("hex");
  expect(hash([door, boiler])).toBe(hash([boiler, door]));
  const different: Entity[][] = [
    [],
    [door],
    [boiler],
    [door, boiler],
    [{ category: "a", name: "b", identity: "" }],
    [{ category: "a", name: "", identity: "b" }],
    [{ category: "", name: "a", identity: "b" }],
    [
      { category: "a", name: "", identity: "" },
      { category: "b", name: "", identity: "" },
    ],
  ];
  expect(new Set(different.map(hash)).size).toBe(different.length);
});

test("a run may report so many unlisted sensors, and those again at any time", async () => {
  const db = await connectTo(databaseUrl());
  const { systemNo, runNo } = await register(db, runOf({ systemId: "chatty" }));
  const report = (entity: Entity) =>
    within(db, async () => {
      await lockSystem(db, "chatty");
      return numberUnregistered(db, { systemNo, runNo, entity });
    });
  const known = await report(skylight);
  await db.query(
    `insert into unregistered_entities (system_no, run_no, entity_no)
    select $1, $2, 100000 + generate_series(2, $3)`,
    [systemNo, runNo, LIMITS.maxUnregisteredPerRun],
  );
  const oneMore = { ...skylight, identity: "one more" };
  await expect(report(oneMore)).rejects.toMatchObject({ reason: "UNREGISTERED_LIMIT" });
  expect(await report(skylight)).toBe(known);
  const { rowCount } = await db.query("select from entities where identity = 'one more'");
  expect(rowCount).toBe(0);
});
