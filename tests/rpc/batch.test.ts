import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { refusalOf } from "../support/caller.ts";
import { boiler, door, greenhouse, skylight } from "../support/cast.ts";
import { useServer } from "../support/serving.ts";

const server = useServer();

async function newRun(): Promise<{ system_id: string; run_id: string }> {
  const { systemId: system_id, entities } = greenhouse;
  const { run_id } = await server().call.run({ system_id, entities });
  return { system_id, run_id };
}

async function count(ids: readonly string[]): Promise<number> {
  const { rows } = await server().db.query(
    "select count(*)::int as stored from activations where activation_id = any($1)",
    [ids],
  );
  return rows[0].stored;
}

test("a batch answers for each item, in their order", async () => {
  const ids = [uuidv7(), uuidv7(), uuidv7()];
  const { results } = await server().call.fireMany({
    ...(await newRun()),
    activations: ids.map((activation_id) => ({ entity: door, activation_id })),
  });
  expect(results.map((result) => result.activation_id)).toEqual(ids);
  expect(await count(ids)).toBe(3);
});

test("a bad item fails none of its neighbours", async () => {
  const ids = [uuidv7(), uuidv7(), uuidv7(), uuidv7()] as const;
  const { results } = await server().call.fireMany({
    ...(await newRun()),
    activations: [
      { entity: door, activation_id: ids[0] },
      { entity: { ...door, name: "" }, activation_id: ids[1] },
      { entity: boiler, activation_id: ids[2], run_id: uuidv7() },
      { entity: skylight, activation_id: ids[3] },
    ],
  });
  expect(results.map((result) => result.error?.reason)).toEqual([
    undefined,
    "FIELDS_INVALID",
    "RUN_UNKNOWN",
    undefined,
  ]);
  expect(results[1]?.error?.field_violations).toEqual([
    { field: "entity.name", description: "must not be empty" },
  ]);
  expect(results[3]?.unregistered).toBe(true);
  expect(await count(ids)).toBe(2);
});

test("of two copies in one batch the first is stored and the second is a duplicate", async () => {
  const id = uuidv7();
  const copy = { entity: door, activation_id: id };
  const { results } = await server().call.fireMany({
    ...(await newRun()),
    activations: [copy, copy],
  });
  expect(results.map((result) => result.duplicate)).toEqual([false, true]);
  expect(await count([id])).toBe(1);
});

test("a batch sent again is all duplicates", async () => {
  const batch = {
    ...(await newRun()),
    activations: Array.from({ length: 100 }, () => ({ entity: door, activation_id: uuidv7() })),
  };
  await server().call.fireMany(batch);
  const { results } = await server().call.fireMany(batch);
  expect(results.every((result) => result.duplicate)).toBe(true);
});

test("items may belong to different systems", async () => {
  const { run_id } = await server().call.run({ system_id: "attic", entities: [skylight] });
  const { results } = await server().call.fireMany({
    ...(await newRun()),
    activations: [
      { entity: door, activation_id: uuidv7() },
      { system_id: "attic", run_id, entity: skylight, activation_id: uuidv7() },
    ],
  });
  expect(results.map((result) => [result.error, result.unregistered])).toEqual([
    [null, false],
    [null, false],
  ]);
});

test("an empty batch is answered with no results", async () => {
  expect((await server().call.fireMany({ activations: [] })).results).toEqual([]);
});

test("a batch over the limit is refused whole, and nothing of it is stored", async () => {
  const ids = Array.from({ length: 1_001 }, () => uuidv7());
  const refusal = await refusalOf(
    server().call.fireMany({
      ...(await newRun()),
      activations: ids.map((activation_id) => ({ entity: door, activation_id })),
    }),
  );
  expect(refusal.fields).toEqual(["activations: has 1001 items; at most 1000 are allowed"]);
  expect(await count(ids)).toBe(0);
});

test("ids of 1970 and 2090 stand beside those of today in one batch", async () => {
  const strays = ["00000000-0002-7000-8000-000000000002", "0372b5bc-d000-7000-8000-000000000002"];
  const today = uuidv7();
  const { results } = await server().call.fireMany({
    ...(await newRun()),
    activations: [...strays, today, ...strays].map((activation_id) => ({
      entity: door,
      activation_id,
    })),
  });
  expect(results.map((result) => result.clock_suspect)).toEqual([true, true, false, true, true]);
  expect(results.map((result) => result.duplicate)).toEqual([false, false, false, true, true]);
  const { rows } = await server().db.query(
    "select count(*)::int as stored from stray_activations where activation_id = any($1)",
    [strays],
  );
  expect([rows[0].stored, await count([today])]).toEqual([2, 1]);
});
