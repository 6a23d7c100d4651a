import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import pg from "pg";
import type { Ledger } from "./ledger.ts";
import type { Item, Plan } from "./plan.ts";

export type Finding = { readonly name: string; readonly ok: boolean; readonly detail: string };

/** How long states and counts may take to follow the last acknowledgement. */
const FOLD_MS = 2_000;

/** Looks into the database: everything acknowledged is there, once, as it was sent; nothing else is; and the counts agree. */
export async function checkDatabase(
  url: string,
  plan: Plan,
  ledger: Ledger,
): Promise<{ findings: Finding[]; foldedMs: number | undefined }> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    // Taken before each look, so that a slow look can't be mistaken for a slow fold.
    const fold = await checkFold(client, () => ledger.nowMs() - ledger.lastAcknowledgedMs);
    const rows = await readRows(client);
    return { findings: [...checkRows(rows, plan, ledger), fold.finding], foldedMs: fold.foldedMs };
  } finally {
    await client.end();
  }
}

/** A stored activation, with the names that its numbers stand for. */
export type Row = {
  system_id: string;
  run_id: string;
  category: string;
  name: string;
  identity: string;
  activation_id: string;
  seq: string;
  occurred_ms: number;
  flags: number;
  attributes: Record<string, string> | null;
};

export async function readRows(client: pg.Client): Promise<Row[]> {
  const { rows } = await client.query(`
    select
      systems.system_id, runs.run_id, entities.category, entities.name, entities.identity,
      stored.activation_id, stored.seq, stored.flags, stored.attributes,
      (extract(epoch from stored.occurred_at) * 1000)::float8 as occurred_ms
    from (select * from activations union all select * from stray_activations) as stored
    join systems on systems.system_no = stored.system_no
    left join runs on runs.system_no = stored.system_no and runs.run_no = stored.run_no
    left join entities on entities.system_no = stored.system_no and entities.entity_no = stored.entity_no`);
  return rows;
}

function checkRows(rows: readonly Row[], plan: Plan, ledger: Ledger): Finding[] {
  const items = new Map(plan.items.map((item) => [item.activation.activation_id, item]));
  const seen = new Set<string>();
  const doubled: string[] = [];
  const foreign: string[] = [];
  const wrong: string[] = [];
  for (const row of rows) {
    if (seen.has(row.activation_id)) doubled.push(row.activation_id);
    seen.add(row.activation_id);
    const item = items.get(row.activation_id);
    if (!item) foreign.push(row.activation_id);
    else if (!isAsSent(row, item)) wrong.push(row.activation_id);
  }
  const lost = [...ledger.acknowledgedIds].filter((id) => !seen.has(id));
  return [
    finding("no acknowledged activation is lost", lost, `${seen.size} rows`),
    finding("no activation is stored twice", doubled, ""),
    finding("nothing else is stored", foreign, ""),
    finding("every row is as it was sent", wrong, ""),
  ];
}

function isAsSent(row: Row, { activation, entity, ...item }: Item): boolean {
  return isDeepStrictEqual(
    {
      ids: [row.system_id, row.run_id],
      entity: [row.category, row.name, row.identity],
      seq: Number(row.seq),
      occurredMs: Math.round(row.occurred_ms),
      flags: row.flags,
      attributes: row.attributes ?? {},
    },
    {
      ids: [activation.system_id, activation.run_id],
      entity: [entity.category, entity.name, entity.identity],
      seq: activation.seq,
      occurredMs: item.occurredAtMs,
      flags: (item.isUnregistered ? 1 : 0) + (item.isSuspect ? 2 : 0),
      attributes: activation.attributes ?? {},
    },
  );
}

export function finding(name: string, bad: readonly string[], detail: string): Finding {
  if (bad.length === 0) return { name, ok: true, detail };
  return { name, ok: false, detail: `${bad.length}, for example ${bad.slice(0, 3).join(", ")}` };
}

/** Whether everything agrees before `elapsedMs`, asked before each look, is past two seconds. */
export async function checkFold(
  client: pg.Client,
  elapsedMs: () => number,
): Promise<{ finding: Finding; foldedMs: number | undefined }> {
  const foldedMs = await waitUntilFolded(client, elapsedMs);
  const finding = {
    name: "states and counts equal a recount, at most 2 s after the last acknowledgement",
    ok: foldedMs !== undefined,
    detail:
      foldedMs === undefined
        ? (await differences(client)).join("; ")
        : `${Math.round(foldedMs)} ms after it`,
  };
  return { finding, foldedMs };
}

async function waitUntilFolded(
  client: pg.Client,
  elapsedMs: () => number,
): Promise<number | undefined> {
  for (;;) {
    const waitedMs = elapsedMs();
    if ((await differences(client)).length === 0) return waitedMs;
    if (waitedMs > FOLD_MS) return undefined;
    await pause(20);
  }
}

const RECOUNTS = {
  sensor_state: {
    counted:
      "select system_no, entity_no, min(shown_at), max(shown_at), count(*) from shown group by 1, 2",
    kept: "select system_no, entity_no, first_fired_at, last_fired_at, fired_count from sensor_state",
  },
  activations_hourly: {
    counted:
      "select system_no, entity_no, date_trunc('hour', shown_at, 'UTC'), count(*) from shown group by 1, 2, 3",
    kept: "select system_no, entity_no, hour, fired_count from activations_hourly",
  },
  system_hourly: {
    counted: `select case when grouping(system_no) = 0 then system_no else 0 end, hour, count(*)
      from (select system_no, date_trunc('hour', shown_at, 'UTC') as hour from shown) as hours
      group by grouping sets ((system_no, hour), (hour))`,
    kept: "select system_no, hour, fired_count from system_hourly",
  },
  run_sensor_state: {
    counted:
      "select system_no, run_no, entity_no, min(shown_at), max(shown_at), count(*) from shown group by 1, 2, 3",
    kept: "select system_no, run_no, entity_no, first_fired_at, last_fired_at, fired_count from run_sensor_state",
  },
  run_state: {
    counted: `select system_no, run_no, count(*), count(*) - count(seq), min(shown_at), max(shown_at),
      coalesce(range_agg(int8range(seq, seq, '[]')) filter (where seq is not null), '{}')
      from shown group by 1, 2`,
    kept: `select system_no, run_no, fired_count, uncounted, first_fired_at, last_fired_at, seqs
      from run_state where fired_count > 0 and seqs_cut is null`,
  },
  feed: {
    counted: "select system_no, activation_id, run_no, entity_no, shown_at from shown",
    kept: `select fired.system_no, fired.activation_id, fired.run_no, fired.entity_no,
      timestamptz 'epoch' + fired.shown_us * interval '1 microsecond'
      from fold_records
      cross join lateral unnest(system_nos, activation_ids, run_nos, entity_nos, shown_us)
        as fired (system_no, activation_id, run_no, entity_no, shown_us)
      where feed_no is not null`,
  },
  system_state: {
    counted: "select system_no, count(*), max(shown_at) from shown group by 1",
    kept: "select system_no, fired_count, last_fired_at from system_state where fired_count > 0",
  },
};

/** One sentence for each table that differs from a recount of the rows, each in one snapshot. */
async function differences(client: pg.Client): Promise<string[]> {
  const found: string[] = [];
  for (const [table, { counted, kept }] of Object.entries(RECOUNTS)) {
    const { rows } = await client.query(`
      with shown as materialized (
        select system_no, activation_id, run_no, entity_no, seq,
          case when flags & 2 = 0 then occurred_at else received_at end as shown_at
        from (select * from activations union all select * from stray_activations) as stored
      ),
      counted as (${counted}),
      kept as (${kept})
      select
        (select count(*) from (select * from counted except all select * from kept) as missing)::int as missing,
        (select count(*) from (select * from kept except all select * from counted) as extra)::int as extra`);
    const { missing, extra } = rows[0] as { missing: number; extra: number };
    if (missing + extra > 0) {
      found.push(`${table}: ${missing} rows should be there, ${extra} should not`);
    }
  }
  return found;
}
