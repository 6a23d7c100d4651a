import type { Queryable } from "../queryable.ts";
import { JUDGED_SYSTEMS, STATES_BY_ATTENTION, type SystemState } from "./judged-systems.ts";
import { momentOf, usOf } from "./micros.ts";
import { beginningPattern, holdingPattern } from "./patterns.ts";

/** A system as its row says it; times are Unix microseconds, null for what never was. */
export type SystemRow = {
  system_no: number;
  system_id: string;
  state: SystemState;
  rank: number;
  since_us: number;
  created_us: number;
  seen_us: number | null;
  fired_us: number | null;
  fired_count: number | null;
  silent_after_ms: number;
  current_run_no: number | null;
  client_sent: number | null;
  client_spooled: number | null;
  client_lost: number | null;
  reported_us: number | null;
};

/** As of when, and how long a system may be silent whose run says nothing of it. */
export type Judging = { nowUs: number; silentAfterMs: number };

export type SystemFilter = {
  /** A part of the name, in any case; empty for all. */
  query: string;
  states: readonly SystemState[];
  label: { key: string; value: string | undefined } | undefined;
};

/** The last row of a page, by either order. */
export type SystemKey = { rank: number; sinceUs: number; systemId: string };

/** $3 pattern, $4 states, $5 and $6 label, $7 how many; null leaves all in. */
const page = (keys: string, after: string) => `
  select
    ranked.system_no,
    ranked.system_id,
    ranked.state,
    ranked.rank,
    ${usOf("ranked.state_since")} as since_us,
    ${usOf("ranked.created_at")} as created_us,
    ${usOf("ranked.last_seen_at")} as seen_us,
    ${usOf("ranked.last_fired_at")} as fired_us,
    ranked.fired_count,
    ranked.silent_after_ms,
    ranked.current_run_no,
    ranked.client_sent,
    ranked.client_spooled,
    ranked.client_lost,
    ${usOf("ranked.client_reported_at")} as reported_us
  from (
    select judged.*, array_position('{${STATES_BY_ATTENTION.join(",")}}'::text[], judged.state) as rank
    from (${JUDGED_SYSTEMS}) as judged
  ) as ranked
  where ($3::text is null or ranked.system_id ilike $3)
    and ($4::text[] is null or ranked.state = any ($4))
    and ($5::text is null or ranked.labels ? $5)
    and ($6::text is null or ranked.labels ->> $5 = $6)
    and ${after}
  order by ${keys}
  limit $7`;

export const SYSTEMS_BY_ATTENTION = {
  name: "read_systems_by_attention",
  text: page(
    "ranked.rank, ranked.state_since, ranked.system_id",
    `($8::integer is null or (ranked.rank, ranked.state_since, ranked.system_id) > ($8, ${momentOf("$9")}, $10::text))`,
  ),
};

export const SYSTEMS_BY_NAME = {
  name: "read_systems_by_name",
  text: page("ranked.system_id", "($8::text is null or ranked.system_id > $8)"),
};

export async function listSystemsByAttention(
  db: Queryable,
  judging: Judging,
  { filter, after, limit }: { filter: SystemFilter; after: SystemKey | undefined; limit: number },
): Promise<SystemRow[]> {
  const values = [
    ...valuesOf(judging, filter, limit),
    after?.rank ?? null,
    after?.sinceUs ?? null,
    after?.systemId ?? null,
  ];
  return (await db.query({ ...SYSTEMS_BY_ATTENTION, values })).rows;
}

export async function listSystemsByName(
  db: Queryable,
  judging: Judging,
  { filter, after, limit }: { filter: SystemFilter; after: string | undefined; limit: number },
): Promise<SystemRow[]> {
  const values = [...valuesOf(judging, filter, limit), after ?? null];
  return (await db.query({ ...SYSTEMS_BY_NAME, values })).rows;
}

/** The index is that of system_id; the rest are single looks. */
export const SYSTEM = {
  name: "read_system",
  text: `
  select
    judged.system_no,
    judged.system_id,
    judged.state,
    0 as rank,
    ${usOf("judged.state_since")} as since_us,
    ${usOf("judged.created_at")} as created_us,
    ${usOf("judged.last_seen_at")} as seen_us,
    ${usOf("judged.last_fired_at")} as fired_us,
    judged.fired_count,
    judged.silent_after_ms,
    judged.current_run_no,
    judged.client_sent,
    judged.client_spooled,
    judged.client_lost,
    ${usOf("judged.client_reported_at")} as reported_us
  from (${JUDGED_SYSTEMS}) as judged
  where judged.system_id = $3`,
};

export async function readSystem(
  db: Queryable,
  { nowUs, silentAfterMs }: Judging,
  systemId: string,
): Promise<SystemRow | undefined> {
  const { rows } = await db.query({ ...SYSTEM, values: [nowUs, silentAfterMs, systemId] });
  return rows[0];
}

/** Systems whose names begin with a text, then those that hold it. */
export async function searchSystems(
  db: Queryable,
  { nowUs, silentAfterMs }: Judging,
  { query, limit }: { query: string; limit: number },
): Promise<{ system_id: string; state: SystemState }[]> {
  const { rows } = await db.query({
    name: "search_systems",
    text: `
    select judged.system_id, judged.state
    from (${JUDGED_SYSTEMS}) as judged
    where judged.system_id ilike $3
    order by not judged.system_id ilike $4, judged.system_id
    limit $5`,
    values: [nowUs, silentAfterMs, holdingPattern(query), beginningPattern(query), limit],
  });
  return rows;
}

function valuesOf({ nowUs, silentAfterMs }: Judging, filter: SystemFilter, limit: number) {
  const { query, states, label } = filter;
  return [
    nowUs,
    silentAfterMs,
    query === "" ? null : holdingPattern(query),
    states.length === 0 ? null : states,
    label?.key ?? null,
    label?.value ?? null,
    limit,
  ];
}
