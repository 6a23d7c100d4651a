import type pg from "pg";
import type { QueryConfig } from "pg";
import { expect, test } from "vitest";
import { createActivationReads } from "../../src/reading/activations/create-activation-reads.ts";
import type { ActivationFilters } from "../../src/reading/activations/filter.ts";
import type { Queryable } from "../../src/store/queryable.ts";
import { connectTo, ownDatabase } from "../support/own-database.ts";
import { DAY_MS } from "../support/rows.ts";
import { createSystems, NO_FILTERS, runIdOf } from "./activations-world.ts";

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
};

/** Answers as the database does, and keeps how each statement on activations was really done. */
function explaining(db: pg.Client): { plans: Plan[]; db: Queryable } {
  const plans: Plan[] = [];
  return {
    plans,
    db: {
      async query(statement: string | QueryConfig, values?: unknown[]) {
        if (typeof statement === "string") return db.query(statement, values);
        const { text, values: given = [] } = statement;
        if (/from activations|stray_activations/.test(text)) {
          const literals = given.map((value) =>
            value === null ? "null" : `'${String(value).replaceAll("'", "''")}'`,
          );
          await db.query(`prepare looked_at as ${text}`);
          const { rows } = await db.query(
            `explain (analyze, timing off, format json) execute looked_at${literals.length > 0 ? `(${literals.join(", ")})` : ""}`,
          );
          await db.query("deallocate looked_at");
          plans.push(rows[0]["QUERY PLAN"][0].Plan);
        }
        return db.query(statement);
      },
    },
  };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** A row every two minutes for forty days, of three systems; one of a hundred has a wrong clock. */
async function filledDatabase(nowMs: number): Promise<pg.Client> {
  const db = await connectTo(await ownDatabase());
  await createSystems(db);
  await db.query(
    `insert into activations (system_no, activation_id, run_no, entity_no, occurred_at, received_at, flags)
    select 1 + number % 3,
      (lpad(to_hex($1::bigint - number * 120000::bigint), 12, '0') || '7000a000' || lpad(to_hex(number), 12, '0'))::uuid,
      1 + number % 2, case when number % 5000 = 0 then 6 else 1 + number % 5 end,
      to_timestamp(($1::bigint - number * 120000::bigint) / 1000.0),
      to_timestamp(($1::bigint - number * 120000::bigint) / 1000.0),
      case when number % 100 = 0 then 2 when number % 7 = 0 then 1 else 0 end
    from generate_series(0, 28799) as number`,
    [nowMs],
  );
  const hour = "date_trunc('hour', occurred_at, 'UTC')";
  await db.query(
    `insert into activations_hourly select system_no, entity_no, ${hour}, count(*) from activations group by 1, 2, 3`,
  );
  for (const system of ["system_no", "0"]) {
    await db.query(
      `insert into system_hourly select ${system}, ${hour}, count(*) from activations group by 1, 2`,
    );
  }
  return db;
}

const secondsAt = (ms: number) => ({ seconds: Math.floor(ms / 1_000), nanos: 0 });

test("a page walks along indexes, opens the partitions that it needs, and looks at few rows, with statistics or without", async () => {
  const nowMs = Date.now();
  const db = await filledDatabase(nowMs);
  const span = {
    since: secondsAt(nowMs - 20 * DAY_MS),
    until: secondsAt(nowMs - 19 * DAY_MS),
  };
  const cases: [Partial<ActivationFilters>, mostPartitions: number, mostRows: number][] = [
    // Those of a clock that is ahead may lie in the days that are ready.
    [{ system_id: "attic" }, 11, 1_000],
    [{ system_id: "attic", ...span }, 3, 1_000],
    [{ system_id: "attic", run_id: runIdOf(1, 1) }, 11, 1_500],
    [{ system_id: "attic", name: "front" }, 12, 2_000],
    [{ system_id: "attic", identity: "window-2" }, 40, 2_000],
    [{}, 11, 1_000],
    [span, 3, 1_000],
    [{ category: "window" }, 40, 5_000],
    [{ unregistered: true }, 40, 8_000],
    [{ system_id: "attic", clock_suspect: true }, 0, 500],
    [{ clock_suspect: true }, 0, 500],
  ];
  for (const analyzed of [false, true]) {
    if (analyzed) await db.query("analyze");
    for (const [filters, mostPartitions, mostRows] of cases) {
      const { plans, db: explained } = explaining(db);
      const reads = createActivationReads({
        reads: { run: (work) => work(explained) },
        nowMs: () => nowMs,
      });
      const { activations } = await reads.list_activations({
        ...NO_FILTERS,
        ...filters,
        page_size: 50,
        page_token: "",
      });
      const what = JSON.stringify(filters);
      expect(activations?.length, what).toBeGreaterThan(0);
      expect(plans.length, what).toBeGreaterThan(0);
      const done = plans.flatMap(nodesOf).filter((node) => node["Actual Loops"] > 0);
      const scans = done.filter((node) => /activations/.test(node["Relation Name"] ?? ""));
      for (const node of scans) expect(node["Node Type"], what).toMatch(/^Index (Only )?Scan$/);
      const rows = scans.map(
        (node) =>
          (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"],
      );
      expect(sum(rows), what).toBeLessThan(mostRows);
      const sorted = done.filter((node) => node["Node Type"] === "Sort");
      for (const node of sorted) {
        expect(node["Actual Rows"] * node["Actual Loops"], what).toBeLessThanOrEqual(mostRows);
      }
      // Rows of wrong clocks may lie in any partition; these look into indexes that are nearly empty.
      const dated = plans.filter(
        (plan) => !JSON.stringify(plan).includes("received_at_activation"),
      );
      const partitions = dated
        .flatMap(nodesOf)
        .filter((node) => node["Actual Loops"] > 0)
        .map((node) => node["Relation Name"] ?? "")
        .filter((name) => name.startsWith("activations_p"));
      expect(new Set(partitions).size, what).toBeLessThanOrEqual(mostPartitions);
    }
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
