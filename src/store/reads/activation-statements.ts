import { ELSEWHERE, FLAGS } from "../../domain/activation.ts";

/** The statements that walk along activations; activations.ts gives them their values. */

/**
 * Rows of one branch that are looked at for one page, whether they are wanted or not. The last of them is returned in any
 * case: where it turns up, the page ends.
 */
export const MAX_SCANNED = 20_000;

/** How much longer than it happened a row may have been under way without being called late, in seconds. */
export const LATE_SECONDS = 60;

/** Rows that a statement can return at most: in its text, for the planner, who takes an order on the way only for few. */
export const ROWS_OF_STATEMENTS = [100, 1_000, 4_000] as const;

export type Statement = { name: string; text: string; most: number };

/** Chooses the statement for at least so many rows. */
type Sized = (limit: number) => Statement;

const SUSPECT = FLAGS.clockSuspect;
const COLUMNS =
  "row.system_no, row.activation_id, row.run_no, row.entity_no, row.seq, row.occurred_at, row.received_at, row.flags, row.attributes";

/** $1 run_no, $2 flags, $3 late, $4 and $5 sensors, $6 and $7 since and until in microseconds; each but $2 and $3 may be null. */
const wanted = (shownAt: string) => `
            ($1::integer is null or row.run_no = $1)
            and row.flags & $2::integer = $2
            and (
              not $3::boolean
              or (row.flags & ${SUSPECT} = 0 and row.received_at > row.occurred_at + interval '${LATE_SECONDS} seconds')
            )
            and (
              $4::bigint[] is null
              or (row.system_no, row.entity_no) in (
                select system_no, entity_no from unnest($4, $5::integer[]) as sensor (system_no, entity_no)
              )
            )
            and ($6::bigint is null or ${shownAt} >= ${moment("$6")})
            and ($7::bigint is null or ${shownAt} < ${moment("$7")})
            and (${MATCHES_PATTERNS})`;

/** $8 to $10: a row's sensor by its names, where there are too many to number them. */
const MATCHES_PATTERNS = `
              $8::text is null
              or exists (
                select from entities
                where entities.system_no = row.system_no
                  and entities.entity_no = row.entity_no
                  and entities.category like $8
                  and entities.name like $9::text
                  and entities.identity like $10::text
              )`;

function moment(us: string): string {
  return `timestamptz 'epoch' + ${us} * interval '1 microsecond'`;
}

/** float8 has the microseconds of some centuries around 1970, and costs a third of numeric. */
function microseconds(time: string): string {
  return `case when ${time} between '1900-01-01' and '2100-01-01'
      then (date_part('epoch', ${time}) * 1000000)::bigint
      else (extract(epoch from ${time}) * 1000000)::bigint end`;
}

/** What every statement returns of a row, beside is_wanted and scanned. */
export const ROW = (row: string) => `
    ${row}.system_no, ${row}.activation_id, ${row}.run_no, ${row}.entity_no, ${row}.seq, ${row}.flags, ${row}.attributes,
    ${microseconds(`${row}.occurred_at`)} as occurred_us,
    ${microseconds(`${row}.received_at`)} as received_us`;

/** `order` is of the row, the first first; `more` what a page is sorted by that the row does not have. */
type Branches = {
  where: string;
  order: readonly string[];
  more?: string;
  isWanted: string;
  most: number;
};

/** Walks each table in its order, numbers what it walks over, and lets through what is wanted, and the last one. */
function branches({ where, order, more = "", isWanted, most }: Branches): string {
  const walk = (table: string) => `(
      select numbered.*
      from (
        select walked.*, row_number() over () as scanned
        from (
          select ${COLUMNS}${more}, (${isWanted}) as is_wanted
          from ${table} as row
          where ${where}
          order by ${order.map((key) => `${key} desc`).join(", ")}
          limit ${MAX_SCANNED}
        ) as walked
      ) as numbered
      where numbered.is_wanted or numbered.scanned = ${MAX_SCANNED}
      limit ${most}
    )`;
  return `(${walk("activations")} union all ${walk("stray_activations")}) as hit`;
}

function page(from: string, order: readonly string[], most: number): string {
  return `
  select ${ROW("hit")}, hit.is_wanted, hit.scanned
  from ${from}
  order by ${order.map((column) => `hit.${column} desc`).join(", ")}
  limit ${most}`;
}

function sized(name: string, textOf: (most: number) => string): Sized {
  const statements = ROWS_OF_STATEMENTS.map((most) => ({
    name: `${name}_${most}`,
    text: textOf(most),
    most,
  }));
  return (limit) => {
    const fitting = statements.find(({ most }) => most >= limit) ?? statements.at(-1);
    return fitting as Statement;
  };
}

const IS_DATED = `row.flags & ${ELSEWHERE} = 0 and ${wanted("row.occurred_at")}`;

/**
 * Rows of one system that lie by their ids. $11 the id before which to begin, $12 the lowest, $13 the system. The index is the
 * primary key.
 */
export const DATED_OF_SYSTEM = sized("activations_of_system", (most) => {
  const where = `row.system_no = $13::bigint and row.activation_id >= $12::uuid and row.activation_id < $11::uuid`;
  const hits = branches({ where, order: ["row.activation_id"], isWanted: IS_DATED, most });
  return page(hits, ["activation_id"], most);
});

/**
 * The same of many systems and ranges of ids, in each of which the primary key is walked. $11 and $12 key and system_no of
 * the place after which to begin, $13 the lowest id: bounds of all ranges that are known before the first row, so that
 * partitions outside of them are never opened.
 */
function datedInSpans(spans: string, most: number): string {
  const where = `row.system_no = span.system_no
            and row.activation_id >= span.low
            and row.activation_id < span.high
            and row.activation_id >= $13::uuid
            and row.activation_id <= $11::uuid
            and (row.activation_id < $11::uuid or row.system_no < $12::bigint)`;
  const hits = branches({ where, order: ["row.activation_id"], isWanted: IS_DATED, most });
  return page(`${spans} cross join lateral ${hits}`, ["activation_id", "system_no"], most);
}

/** $14 to $16: systems, lowest ids, and ids before which the ranges end. */
export const DATED_IN_RANGES = sized("activations_in_ranges", (most) =>
  datedInSpans(
    "unnest($14::bigint[], $15::uuid[], $16::uuid[]) as span (system_no, low, high)",
    most,
  ),
);

const HIGHEST = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid";

/** $14 and $15: the hours in which a system must have fired (system_hourly_by_hour); $16 systems that are not counted yet. */
export const DATED_IN_WINDOW = sized("activations_in_window", (most) =>
  datedInSpans(
    `(
    select system_hourly.system_no, $13::uuid as low, ${HIGHEST} as high
    from system_hourly
    where system_hourly.hour >= $14::timestamptz and system_hourly.hour <= $15::timestamptz and system_hourly.system_no > 0
    union
    select waiting.system_no, $13::uuid, ${HIGHEST}
    from unnest($16::bigint[]) as waiting (system_no)
  ) as span`,
    most,
  ),
);

/** Written as in the indexes, or they are of no use. */
const SHOWN_AT = `(case when row.flags & ${SUSPECT} = 0 then row.occurred_at else row.received_at end)`;

/**
 * Rows that lie elsewhere, by the time that is shown; in every partition, for their ids say nothing about that. $11, $12
 * and $13 time, id and system_no of the place after which to begin.
 */
function elsewhere(ofSystem: string, most: number): string {
  const where = `${ofSystem}row.flags & ${ELSEWHERE} <> 0
            and ${SHOWN_AT} <= ${moment("$11::bigint")}
            and (${SHOWN_AT}, row.activation_id, row.system_no) < (${moment("$11::bigint")}, $12::uuid, $13::bigint)
            and ${SHOWN_AT} >= coalesce(${moment("$6::bigint")}, '-infinity')`;
  const hits = branches({
    where,
    order: [SHOWN_AT, "row.activation_id", "row.system_no"],
    more: `, ${SHOWN_AT} as shown_at`,
    isWanted: wanted(SHOWN_AT),
    most,
  });
  return page(hits, ["shown_at", "activation_id", "system_no"], most);
}

/** The index is activations_elsewhere. $14 the system. */
export const ELSEWHERE_OF_SYSTEM = sized("activations_elsewhere_of_system", (most) =>
  elsewhere("row.system_no = $14::bigint and ", most),
);

/** The index is activations_elsewhere_by_time. */
export const ELSEWHERE_OF_ALL = sized("activations_elsewhere", (most) => elsewhere("", most));
