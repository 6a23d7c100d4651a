import { type ActivationRow, FLAGS } from "../domain/activation.ts";
import type { Bounds } from "./bounds.ts";
import type { Queryable } from "./queryable.ts";

const COLUMNS =
  "system_no, activation_id, run_no, entity_no, seq, occurred_at, received_at, flags, attributes";

/**
 * The rows of a flush travel as arrays, so that one named statement, planned once per connection, serves any number.
 * $1 system_no, $2 activation_id, $3 run_no, $4 entity_no, $5 seq (null: nobody counts), $6 and $7 the times in
 * microseconds, $8 flags, $9 attributes (null: nobody has any).
 */
const ITEMS = `
    select
      item.system_no,
      item.activation_id,
      item.run_no,
      item.entity_no,
      nullif(item.seq, 0),
      timestamptz 'epoch' + item.occurred_us * interval '1 microsecond',
      timestamptz 'epoch' + item.received_us * interval '1 microsecond',
      item.flags,
      item.attributes
    from unnest(
      $1::bigint[], $2::uuid[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::smallint[], $9::jsonb[]
    ) as item (system_no, activation_id, run_no, entity_no, seq, occurred_us, received_us, flags, attributes)`;

/** What a fold record says of its rows: arrays in parallel, null where their elements would say nothing (docs/adr/0011). */
const RECORD =
  "system_no, received_at, system_nos, run_nos, entity_nos, activation_ids, seqs, shown_us, occurred_us, received_us, flags, attributes";

/**
 * For rows that are all new, which is nearly always so. A copy of a stored row makes it fail whole, so what it records is
 * what it was given. $10 the lowest system_no, $11 the latest received_at, $12 the times to count at where they are not
 * those of $6, $13 whether rows were received at different times, $14 whether any has a flag, $15 the stretches of numbers.
 * It takes 60 % of the server's time that the careful statement takes (docs/adr/0004).
 */
const STORE_NEW = {
  name: "store_new",
  text: `
  with recorded as (
    insert into fold_records (${RECORD}, stretches)
    values (
      $10::bigint,
      timestamptz 'epoch' + $11::bigint * interval '1 microsecond',
      $1::bigint[],
      $3::integer[],
      $4::integer[],
      $2::uuid[],
      $5::bigint[],
      coalesce($12::bigint[], $6::bigint[]),
      case when $12::bigint[] is not null then $6::bigint[] end,
      case when $13::boolean then $7::bigint[] end,
      case when $14::boolean then $8::smallint[] end,
      $9::jsonb[],
      $15::jsonb
    )
  )
  insert into activations (${COLUMNS}) ${ITEMS}`,
};

/** Passes over what is there already, says what was not, and records what was really inserted. $10 is the number of rows. */
const carefulStatement = (table: string, guard: string) => `
  with inserted as (
    insert into ${table} as stored (${COLUMNS}) ${ITEMS}
    ${guard}
    on conflict (system_no, activation_id) do nothing
    returning
      stored.system_no,
      stored.activation_id,
      stored.run_no,
      stored.entity_no,
      stored.seq,
      stored.received_at,
      stored.flags,
      stored.attributes,
      ${microseconds(shownAt("stored"))} as shown_us,
      ${microseconds("stored.occurred_at")} as occurred_us,
      ${microseconds("stored.received_at")} as received_us
  ),
  recorded as (
    insert into fold_records (${RECORD})
    select
      min(inserted.system_no),
      max(inserted.received_at),
      array_agg(inserted.system_no),
      array_agg(inserted.run_no),
      array_agg(inserted.entity_no),
      array_agg(inserted.activation_id),
      case when count(inserted.seq) > 0 then array_agg(coalesce(inserted.seq, 0)) end,
      array_agg(inserted.shown_us),
      case when bool_or(inserted.occurred_us <> inserted.shown_us) then array_agg(inserted.occurred_us) end,
      case when min(inserted.received_at) < max(inserted.received_at) then array_agg(inserted.received_us) end,
      case when bool_or(inserted.flags <> 0) then array_agg(inserted.flags) end,
      case when count(inserted.attributes) > 0 then array_agg(inserted.attributes) end
    from inserted
    having count(*) > 0
  )
  select
    count(*) as stored,
    case when count(*) < $10 then array_agg(inserted.system_no || ' ' || inserted.activation_id) end as stored_keys
  from inserted`;

/** The time at which a row counts and is shown: the device's, unless its clock was wrong. */
export function shownAt(table: string): string {
  return `case when ${table}.flags & ${FLAGS.clockSuspect} = 0 then ${table}.occurred_at else ${table}.received_at end`;
}

function microseconds(time: string): string {
  return `(extract(epoch from ${time}) * 1000000)::bigint`;
}

const STORE_DATED = { name: "store_dated", text: carefulStatement("activations", "") };

/** Stores only while the bounds are still those that made the rows strays; $11 and $12 are these. */
const STORE_STRAYS = {
  name: "store_strays",
  text: carefulStatement(
    "stray_activations",
    `where exists (
      select from (select lower_ms, upper_ms from partition_bounds for share) as bounds
      where bounds.lower_ms = $11 and bounds.upper_ms = $12
    )`,
  ),
};

/** Which of the rows, by their place, had been stored before; undefined when none had. */
export type Duplicates = ReadonlySet<number> | undefined;

/**
 * Stores rows whose days have partitions and of which none is stored yet. Fails whole with unique_violation when one is,
 * or when two are copies of one another. Rows must be sorted as for storeDated.
 */
export async function storeNew(db: Queryable, rows: readonly ActivationRow[]): Promise<void> {
  let lowestNo = Number.POSITIVE_INFINITY;
  let latestUs = Number.NEGATIVE_INFINITY;
  let allFlags = 0;
  let cameApart = false;
  const firstUs = rows[0]?.receivedAtUs;
  for (const { systemNo, receivedAtUs, flags } of rows) {
    lowestNo = Math.min(lowestNo, systemNo);
    latestUs = Math.max(latestUs, receivedAtUs);
    allFlags |= flags;
    cameApart ||= receivedAtUs !== firstUs;
  }
  const hasSuspect = (allFlags & FLAGS.clockSuspect) !== 0;
  const shown = hasSuspect ? `{${rows.map(shownAtUs).join(",")}}` : null;
  const summary = [lowestNo, latestUs, shown, cameApart, allFlags !== 0, stretchesOf(rows)];
  await db.query({ ...STORE_NEW, values: [...columnsOf(rows), ...summary] });
}

/**
 * The parts of the rows whose numbers follow one another, for the folder, which would have to look at every row to find
 * them. Null where they are too many to spare it anything: then it looks.
 */
function stretchesOf(rows: readonly ActivationRow[]): string | null {
  const stretches: { s: number; r: number; f: number; l: number }[] = [];
  let last: (typeof stretches)[number] | undefined;
  for (const { systemNo, runNo, seq } of rows) {
    if (seq === 0) continue;
    if (last && seq === last.l + 1 && systemNo === last.s && runNo === last.r) last.l = seq;
    else {
      if (stretches.length * ROWS_OF_A_STRETCH >= rows.length) return null;
      last = { s: systemNo, r: runNo, f: seq, l: seq };
      stretches.push(last);
    }
  }
  return JSON.stringify(stretches);
}

/** At least so many on average, or stretches cost more than they spare. */
const ROWS_OF_A_STRETCH = 4;

function shownAtUs({ flags, occurredAtUs, receivedAtUs }: ActivationRow): number {
  return (flags & FLAGS.clockSuspect) === 0 ? occurredAtUs : receivedAtUs;
}

/**
 * Stores rows whose days have partitions. Rows must be sorted by key, so that two flushes with common rows can't wait
 * for each other. Fails whole, with pg's error; "no partition" means that the bounds are stale.
 */
export async function storeDated(
  db: Queryable,
  rows: readonly ActivationRow[],
): Promise<Duplicates> {
  const { rows: answer } = await db.query({
    ...STORE_DATED,
    values: [...columnsOf(rows), rows.length],
  });
  return duplicatesIn(rows, answer[0] as Answer);
}

/** Stores rows outside the bounds, in the same way; answers "stale" and stores nothing when the bounds have moved. */
export async function storeStrays(
  db: Queryable,
  rows: readonly ActivationRow[],
  bounds: Bounds,
): Promise<Duplicates | "stale"> {
  const values = [...columnsOf(rows), rows.length, bounds.lowerMs, bounds.upperMs];
  const { rows: answer } = await db.query({ ...STORE_STRAYS, values });
  const { stored } = answer[0] as Answer;
  if (stored < rows.length) {
    const now = await db.query("select lower_ms, upper_ms from partition_bounds");
    const same =
      now.rows[0]?.lower_ms === bounds.lowerMs && now.rows[0]?.upper_ms === bounds.upperMs;
    if (!same && stored === 0) return "stale";
  }
  return duplicatesIn(rows, answer[0] as Answer);
}

/** Before and equal by key: the order in which rows are stored. */
export function compareRows(a: ActivationRow, b: ActivationRow): number {
  if (a.systemNo !== b.systemNo) return a.systemNo - b.systemNo;
  if (a.activationId === b.activationId) return 0;
  return a.activationId < b.activationId ? -1 : 1;
}

/** PostgreSQL's text form of arrays, written here because pg quotes every element of every array it is given. */
function columnsOf(rows: readonly ActivationRow[]): unknown[] {
  let systemNos = "";
  let ids = "";
  let runNos = "";
  let entityNos = "";
  let seqs = "";
  let occurred = "";
  let received = "";
  let flags = "";
  let hasSeq = false;
  let hasAttributes = false;
  let comma = "{";
  for (const row of rows) {
    systemNos += comma + row.systemNo;
    ids += comma + row.activationId;
    runNos += comma + row.runNo;
    entityNos += comma + row.entityNo;
    seqs += comma + row.seq;
    occurred += comma + row.occurredAtUs;
    received += comma + row.receivedAtUs;
    flags += comma + row.flags;
    hasSeq ||= row.seq !== 0;
    hasAttributes ||= row.attributes !== undefined;
    comma = ",";
  }
  return [
    `${systemNos}}`,
    `${ids}}`,
    `${runNos}}`,
    `${entityNos}}`,
    hasSeq ? `${seqs}}` : null,
    `${occurred}}`,
    `${received}}`,
    `${flags}}`,
    hasAttributes ? rows.map((row) => row.attributes ?? null) : null,
  ];
}

type Answer = { stored: number; stored_keys: string[] | null };

function duplicatesIn(rows: readonly ActivationRow[], { stored, stored_keys }: Answer): Duplicates {
  if (stored === rows.length) return undefined;
  const fresh = new Set(stored_keys);
  const duplicates = new Set<number>();
  rows.forEach((row, place) => {
    // Of two copies in one flush the first is the one that was stored.
    if (!fresh.delete(`${row.systemNo} ${row.activationId}`)) duplicates.add(place);
  });
  return duplicates;
}
