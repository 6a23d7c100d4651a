import { describe, expect, test } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import { createActivationReads } from "../../src/reading/activations/create-activation-reads.ts";
import type { ActivationFilters } from "../../src/reading/activations/filter.ts";
import { connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS, idAt, pick, rowOf, seededRandom } from "../support/rows.ts";
import {
  createSystems,
  foldAll,
  isLateRow,
  keyOf,
  keyOfMessage,
  modelList,
  NO_FILTERS,
  randomRows,
  runIdOf,
  SENSORS,
  SYSTEMS,
  shownUsOf,
  store,
} from "./activations-world.ts";

async function startedWorld(rows: readonly ActivationRow[] = [], waiting = 0) {
  const db = await connectTo(await ownDatabase());
  await createSystems(db);
  await store(db, rows, waiting);
  const reads = createActivationReads({
    reads: { run: (work) => work(db) },
    nowMs: Date.now,
  });
  return { db, reads, list: lister(reads) };
}

type Reads = ReturnType<typeof createActivationReads>;

/** Walks all pages; `between` is called after each. */
function lister(reads: Reads) {
  return async (
    filters: Partial<ActivationFilters>,
    pageSize: () => number,
    between: (page: readonly string[], isFull: boolean) => Promise<void> = async () => {},
  ): Promise<string[]> => {
    const keys: string[] = [];
    let token = "";
    for (let pages = 0; pages < 5_000; pages++) {
      const size = pageSize();
      const answer = await reads.list_activations({
        ...NO_FILTERS,
        ...filters,
        page_size: size,
        page_token: token,
      });
      const page = (answer.activations ?? []).map(keyOfMessage);
      expect(page.length).toBeLessThanOrEqual(size);
      keys.push(...page);
      token = answer.next_page_token ?? "";
      if (token === "") return keys;
      await between(page, page.length === size);
    }
    throw new Error("the list has no end");
  };
}

function timeOf(us: number) {
  return { seconds: Math.floor(us / 1e6), nanos: (us % 1e6) * 1_000 };
}

function randomFilters(random: () => number, rows: readonly ActivationRow[]) {
  const filters: Partial<ActivationFilters> = {};
  const anyRow = () => rows[pick(random, rows.length)] as ActivationRow;
  const systemNo = 1 + pick(random, SYSTEMS.length);
  if (random() < 0.6) {
    filters.system_id = SYSTEMS[systemNo - 1] as string;
    if (random() < 0.3) filters.run_id = runIdOf(systemNo, 1 + pick(random, 3));
  }
  if (random() < 0.5) {
    const sensor = SENSORS[pick(random, SENSORS.length)] as (typeof SENSORS)[0];
    if (random() < 0.6) filters.category = sensor.category;
    if (random() < 0.6) filters.name = random() < 0.5 ? sensor.name : "*i?e *";
    if (random() < 0.3) filters.identity = random() < 0.5 ? sensor.identity : "*-?";
  }
  if (random() < 0.4) {
    const times = [shownUsOf(anyRow()), shownUsOf(anyRow()) + pick(random, 2)].sort(
      (a, b) => a - b,
    );
    const [since, until] = times as [number, number];
    if (random() < 0.7) filters.since = timeOf(since);
    if (random() < 0.7) filters.until = timeOf(Math.max(until, since + 1));
  }
  if (random() < 0.2) filters.unregistered = true;
  if (random() < 0.15) filters.clock_suspect = true;
  if (random() < 0.15) filters.late = true;
  return filters;
}

describe("a list", () => {
  test("has in its pages what a model has, whatever the filters, and however large they are", async () => {
    const rows = unique(randomRows(11, 3_000));
    const { list } = await startedWorld(rows, 3);
    const random = seededRandom(12);
    const sizes = () => [1_000, 100, 37, 251][pick(random, 4)] as number;
    expect(await list({}, sizes)).toEqual(modelList(rows, NO_FILTERS));
    for (let round = 0; round < 120; round++) {
      const filters = randomFilters(random, rows);
      const all = { ...NO_FILTERS, ...filters };
      expect(await list(filters, sizes), JSON.stringify(filters)).toEqual(modelList(rows, all));
    }
  });

  test("has pages of one row", async () => {
    const rows = unique(randomRows(21, 120));
    const { list } = await startedWorld(rows);
    for (const filters of [{}, { system_id: "attic" }, { category: "door" }, { late: true }]) {
      const model = modelList(rows, { ...NO_FILTERS, ...filters });
      expect(await list(filters, () => 1)).toEqual(model);
    }
  });

  test("stays right while rows are stored between its pages: late ones behind appear, none comes twice or is lost", async () => {
    const rows = unique(randomRows(31, 1_500));
    const later = unique(randomRows(32, 1_500)).filter(
      (row) => !rows.some((one) => keyOf(one) === keyOf(row)),
    );
    for (const filters of [{}, { system_id: "attic" }, { name: "side*" }, { unregistered: true }]) {
      const { db, list } = await startedWorld(rows);
      const random = seededRandom(33);
      // The oldest first, so that many of them lie behind.
      const waiting = [...later].reverse();
      const storedAfter = new Map<string, string | undefined>();
      let last: string | undefined;
      const seen = await list(
        filters,
        () => 1 + pick(random, 90),
        async (page, isFull) => {
          // A page that is not full may have passed over rows behind its last one.
          last = isFull ? page.at(-1) : undefined;
          const some = waiting.splice(0, 60);
          for (const row of some) storedAfter.set(keyOf(row), last);
          await store(db, some, random() < 0.5 ? 1 : 0);
        },
      );
      const arrived = later.filter((row) => storedAfter.has(keyOf(row)));
      const order = modelList([...rows, ...arrived], { ...NO_FILTERS, ...filters });
      const rank = new Map(order.map((key, place) => [key, place]));
      // In order, once each.
      expect(seen.map((key) => rank.get(key))).toEqual(
        [...new Set(seen)].map((key) => rank.get(key)).sort((a, b) => (a ?? 0) - (b ?? 0)),
      );
      const isSeen = new Set(seen);
      for (const row of rows) {
        if (rank.has(keyOf(row))) expect(isSeen.has(keyOf(row)), keyOf(row)).toBe(true);
      }
      const behind = arrived.filter((row) => {
        const own = rank.get(keyOf(row));
        const place = storedAfter.get(keyOf(row));
        return own !== undefined && place !== undefined && own > (rank.get(place) as number);
      });
      expect(behind.length).toBeGreaterThan(0);
      for (const row of behind) expect(isSeen.has(keyOf(row)), keyOf(row)).toBe(true);
    }
  });

  test("shows what is stored and not counted yet, at once", async () => {
    const { db, list } = await startedWorld();
    const nowMs = Date.now();
    const fresh = Array.from({ length: 5 }, (_, number) =>
      rowOf({ activationId: idAt(nowMs - number * 3 * DAY_MS) }),
    );
    await store(db, fresh, 1);
    const expected = modelList(fresh, NO_FILTERS);
    for (const filters of [{}, { system_id: "attic" }, { category: "door" }]) {
      expect(await list(filters, () => 2), JSON.stringify(filters)).toEqual(expected);
    }
    await foldAll(db);
    expect(await list({}, () => 2)).toEqual(expected);
  });

  test("has pages that every client can take, however heavy their rows are", async () => {
    const attributes = JSON.stringify(
      Object.fromEntries(Array.from({ length: 16 }, (_, key) => [`key ${key}`, "語".repeat(256)])),
    );
    const rows = Array.from({ length: 700 }, () => rowOf({ attributes }));
    const { reads, list } = await startedWorld(rows);
    const { activations = [] } = await reads.list_activations({
      ...{ ...NO_FILTERS, page_size: 1_000, page_token: "" },
    });
    expect(activations.length).toBeGreaterThan(100);
    expect(Buffer.byteLength(JSON.stringify(activations))).toBeLessThan(4 * 1024 * 1024);
    expect(await list({}, () => 1_000)).toEqual(modelList(rows, NO_FILTERS));
  });

  test("shows strays from before the partitions, whether their clock was called wrong or not", async () => {
    const { db, list } = await startedWorld();
    const nowMs = Date.now();
    const rows = [
      rowOf({ activationId: idAt(nowMs - 500 * DAY_MS) }),
      rowOf({ activationId: idAt(nowMs - 400 * DAY_MS), flags: 2 }),
      rowOf({ activationId: idAt(nowMs - DAY_MS), systemNo: 2 }),
    ];
    await store(db, rows);
    for (const filters of [{}, { system_id: "attic" }, { category: "door" }, { name: "f*" }]) {
      const model = modelList(rows, { ...NO_FILTERS, ...filters });
      expect(model).toHaveLength("system_id" in filters ? 2 : 3);
      expect(await list(filters, () => 1), JSON.stringify(filters)).toEqual(model);
    }
  });

  test("looks at a bounded number of rows for a page, and goes on with the next one", async () => {
    const { db, reads, list } = await startedWorld();
    // In the middle of an hour: the counts of two would show where the rare one lies.
    const nowMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 1_800_000;
    await db.query(
      `insert into activations (system_no, activation_id, run_no, entity_no, occurred_at, received_at, flags)
      select 1, (lpad(to_hex($1::bigint - number), 12, '0') || '7000a000' || lpad(to_hex(number), 12, '0'))::uuid, 1, 1,
        to_timestamp(($1::bigint - number) / 1000.0), now(), 0
      from generate_series(1, 50000) as number`,
      [nowMs],
    );
    const rare = rowOf({ activationId: idAt(nowMs - 49_999), flags: 1, runNo: 2, entityNo: 2 });
    await store(db, [rare]);
    await recount(db);
    for (const filters of [
      { system_id: "attic", unregistered: true },
      { unregistered: true },
      { system_id: "attic", name: "back" },
    ]) {
      const pages: number[] = [];
      expect(
        await list(
          filters,
          () => 10,
          async (page) => {
            pages.push(page.length);
          },
        ),
      ).toEqual([keyOf(rare)]);
      expect(pages.length, JSON.stringify(filters)).toBeGreaterThan(0);
    }
    const whole = await list({ system_id: "attic" }, () => 1_000);
    expect(whole).toHaveLength(50_001);
    expect(await list({}, () => 1_000)).toEqual(whole);
    const answer = await reads.list_activations({ ...NO_FILTERS, page_size: 0, page_token: "" });
    expect(answer.activations).toHaveLength(100);
  });

  test("ends a page in a burst that it could not foresee, and finds what lies behind it", async () => {
    const { db, list } = await startedWorld();
    const hourMs = 3_600_000;
    const newestMs = Math.floor(Date.now() / hourMs) * hourMs - hourMs / 2;
    // One an hour; of a few hours only it is known what else happened in them.
    const rare = Array.from({ length: 10 }, (_, hours) =>
      rowOf({ activationId: idAt(newestMs - hours * hourMs), entityNo: 2 }),
    );
    await store(db, rare);
    await db.query(
      `insert into activations (system_no, activation_id, run_no, entity_no, occurred_at, received_at, flags)
      select 1, (lpad(to_hex($1::bigint - number), 12, '0') || '7000a000' || lpad(to_hex(number), 12, '0'))::uuid, 1, 1,
        to_timestamp(($1::bigint - number) / 1000.0), now(), 0
      from generate_series(1, 50000) as number`,
      [newestMs - 4 * hourMs],
    );
    await recount(db);
    const pages: number[] = [];
    const found = await list(
      { system_id: "attic", name: "back" },
      () => 100,
      async (page) => {
        pages.push(page.length);
      },
    );
    expect(found).toEqual(rare.map(keyOf));
    expect(pages.slice(0, 2)).toEqual([5, 0]);
  });
});

describe("an activation", () => {
  test("comes as it was stored, from a list and by its id", async () => {
    const row = rowOf({
      systemNo: 2,
      runNo: 3,
      entityNo: 4,
      seq: 9,
      flags: 1,
      receivedAtUs: Date.now() * 1_000 + 120_000_123,
      attributes: '{"a": "b"}',
    });
    const stray = rowOf({ activationId: idAt(1_000), flags: 2 });
    const { reads } = await startedWorld([row, stray]);
    const found = await reads.get_activation({
      system_id: "barn",
      activation_id: row.activationId.toUpperCase(),
    });
    expect(found).toEqual({
      system_id: "barn",
      run_id: runIdOf(2, 3),
      entity: SENSORS[3],
      activation_id: row.activationId,
      shown_at: timeOf(row.occurredAtUs),
      occurred_at: timeOf(row.occurredAtUs),
      received_at: timeOf(row.receivedAtUs),
      seq: 9,
      attributes: { a: "b" },
      unregistered: true,
      clock_suspect: false,
      late: isLateRow(row),
    });
    expect(found.late).toBe(true);
    const { activations } = await reads.list_activations({
      ...NO_FILTERS,
      system_id: "barn",
      page_size: 10,
      page_token: "",
    });
    expect(activations).toEqual([found]);
    const other = await reads.get_activation({
      system_id: "attic",
      activation_id: stray.activationId,
    });
    expect(other).toMatchObject({
      shown_at: timeOf(stray.receivedAtUs),
      occurred_at: timeOf(1_000_000),
      clock_suspect: true,
      late: false,
      attributes: {},
    });
    await expect(
      reads.get_activation({ system_id: "attic", activation_id: row.activationId }),
    ).rejects.toMatchObject({ reason: "NOT_FOUND" });
  });
});

describe("a question that can't be answered", () => {
  const wrong = async (filters: object, expected: object) => {
    const { reads } = await startedWorld();
    await expect(
      reads.list_activations({ ...NO_FILTERS, page_size: 0, page_token: "", ...filters }),
    ).rejects.toMatchObject(expected);
  };

  test("names every field that is wrong", () =>
    wrong(
      {
        page_size: 1_001,
        page_token: "garbage",
        run_id: "x",
        name: "n".repeat(129),
        since: { seconds: 10, nanos: 0 },
        until: { seconds: 10, nanos: 0 },
      },
      {
        reason: "FIELDS_INVALID",
        fields: ["page_size", "run_id", "run_id", "name", "until", "page_token"].map((field) => ({
          field,
        })),
      },
    ));

  test("is NOT_FOUND for a system or a run that is not there", async () => {
    await wrong({ system_id: "nobody" }, { reason: "NOT_FOUND" });
    await wrong({ system_id: "attic", run_id: runIdOf(9, 9) }, { reason: "NOT_FOUND" });
  });

  test("takes no token of a list with other filters", async () => {
    const { reads } = await startedWorld([rowOf(), rowOf()]);
    const first = await reads.list_activations({ ...NO_FILTERS, page_size: 1, page_token: "" });
    await expect(
      reads.list_activations({
        ...NO_FILTERS,
        late: true,
        page_size: 1,
        page_token: first.next_page_token ?? "",
      }),
    ).rejects.toMatchObject({ reason: "FIELDS_INVALID", fields: [{ field: "page_token" }] });
  });
});

function unique(rows: readonly ActivationRow[]): ActivationRow[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

/** The counts of rows that came by no flush. */
async function recount(db: { query(text: string): Promise<unknown> }): Promise<void> {
  const hour = "date_trunc('hour', occurred_at, 'UTC')";
  await db.query("truncate activations_hourly, system_hourly");
  await db.query(
    `insert into activations_hourly select system_no, entity_no, ${hour}, count(*) from activations group by 1, 2, 3`,
  );
  await db.query(
    `insert into system_hourly select system_no, ${hour}, count(*) from activations group by 1, 2`,
  );
  await db.query(
    `insert into system_hourly select 0, ${hour}, count(*) from activations group by 2`,
  );
}
