import type { Queryable } from "../queryable.ts";
import { momentOf, usOf } from "./micros.ts";
import { holdingPattern } from "./patterns.ts";

/** Those that need attention first. */
export const ATTENTIONS = ["MISSING", "NEVER_FIRED", "SILENT", "UNREGISTERED", "NONE"] as const;
export type Attention = (typeof ATTENTIONS)[number];

/** A sensor as its rows say it; times are Unix microseconds, null for what never was. */
export type SensorRow = {
  entity_no: number;
  category: string;
  name: string;
  identity: string;
  attention: Attention;
  rank: number;
  registered: boolean;
  created_us: number;
  first_fired_us: number | null;
  last_fired_us: number | null;
  fired_count: number | null;
  run_fired_count: number | null;
};

/** Patterns of LIKE; undefined for any. */
export type SensorFilter = {
  category: string | undefined;
  name: string | undefined;
  identity: string | undefined;
  attentions: readonly Attention[];
};

export type SensorKey = { rank: number; category: string; name: string; identity: string };

/** How often a sensor must have fired before its quiet says something, and how many of its usual gaps that must last. */
const MIN_FIRED = 10;
const MANY_GAPS = 10;

/**
 * The sensors of system $1 as of $2, whose names match $3, $4 and $5, and what each needs. Silent is only what the current run
 * knows of: a sensor that was taken away on purpose would else be called silent for ever.
 *
 * Lists are looked into as hashed subplans: the planner takes the list of a system for as long as most are, and would join
 * one of thousands by comparing each with each. It would do the same with the states of a young database, whose tables have
 * no statistics yet: hence the limits, behind which each sensor's state is looked up in its index.
 */
const JUDGED_SENSORS = `
    with run as materialized (
      select system_state.current_run_no, runs.manifest_hash, runs.previous_run_no
      from system_state
      join runs on runs.system_no = system_state.system_no and runs.run_no = system_state.current_run_no
      where system_state.system_no = $1
    ),
    listed as materialized (
      select unnest(manifests.entity_nos) as entity_no
      from run
      join manifests on manifests.system_no = $1 and manifests.manifest_hash = run.manifest_hash
    ),
    before as materialized (
      select unnest(manifests.entity_nos) as entity_no
      from run
      join runs on runs.system_no = $1 and runs.run_no = run.previous_run_no
      join manifests on manifests.system_no = $1 and manifests.manifest_hash = runs.manifest_hash
    )
    select
      entities.entity_no,
      entities.category,
      entities.name,
      entities.identity,
      entities.created_at,
      entities.is_listed as registered,
      sensor_state.first_fired_at,
      sensor_state.last_fired_at,
      sensor_state.fired_count,
      in_run.fired_count as run_fired_count,
      case
        when not entities.is_listed and entities.was_listed then 'MISSING'
        when entities.is_listed and in_run.entity_no is null then 'NEVER_FIRED'
        when in_run.entity_no is not null
          and sensor_state.fired_count >= ${MIN_FIRED}
          and date_part('epoch', ${momentOf("$2")} - sensor_state.last_fired_at) * (sensor_state.fired_count - 1)
            > date_part('epoch', sensor_state.last_fired_at - sensor_state.first_fired_at) * ${MANY_GAPS}
          then 'SILENT'
        when not entities.is_listed and in_run.entity_no is not null then 'UNREGISTERED'
        else 'NONE'
      end as attention
    from (
      select
        entities.entity_no,
        entities.category,
        entities.name,
        entities.identity,
        entities.created_at,
        entities.entity_no in (select listed.entity_no from listed) as is_listed,
        entities.entity_no in (select before.entity_no from before) as was_listed
      from entities
      where entities.system_no = $1
        and ($3::text is null or entities.category like $3)
        and ($4::text is null or entities.name like $4)
        and ($5::text is null or entities.identity like $5)
    ) as entities
    left join lateral (
      select sensor_state.first_fired_at, sensor_state.last_fired_at, sensor_state.fired_count
      from sensor_state
      where sensor_state.system_no = $1 and sensor_state.entity_no = entities.entity_no
      limit 1
    ) as sensor_state on true
    left join lateral (
      select run_sensor_state.entity_no, run_sensor_state.fired_count
      from run_sensor_state
      where run_sensor_state.system_no = $1
        and run_sensor_state.run_no = (select current_run_no from run)
        and run_sensor_state.entity_no = entities.entity_no
      limit 1
    ) as in_run on true`;

/** $6 attentions or null, $7 how many, then the last row of the page before. */
const page = (keys: string, after: string) => `
  select
    ranked.entity_no,
    ranked.category,
    ranked.name,
    ranked.identity,
    ranked.attention,
    ranked.rank,
    ranked.registered,
    ${usOf("ranked.created_at")} as created_us,
    ${usOf("ranked.first_fired_at")} as first_fired_us,
    ${usOf("ranked.last_fired_at")} as last_fired_us,
    ranked.fired_count,
    ranked.run_fired_count
  from (
    select judged.*, array_position('{${ATTENTIONS.join(",")}}'::text[], judged.attention) as rank
    from (${JUDGED_SENSORS}) as judged
  ) as ranked
  where ($6::text[] is null or ranked.attention = any ($6))
    and ${after}
  order by ${keys}
  limit $7`;

export const SENSORS_BY_ATTENTION = {
  name: "read_sensors_by_attention",
  text: page(
    "ranked.rank, ranked.category, ranked.name, ranked.identity",
    `($8::integer is null
      or (ranked.rank, ranked.category, ranked.name, ranked.identity) > ($8, $9::text, $10::text, $11::text))`,
  ),
};

/** In the order of the index of the names. */
export const SENSORS_BY_NAME = {
  name: "read_sensors_by_name",
  text: page(
    "ranked.category, ranked.name, ranked.identity",
    `($8::text is null
      or (ranked.category, ranked.name, ranked.identity) > ($8, $9::text, $10::text))`,
  ),
};

type Page = {
  systemNo: number;
  nowUs: number;
  filter: SensorFilter;
  after: SensorKey | undefined;
  limit: number;
};

export async function listSensorsByAttention(db: Queryable, page: Page): Promise<SensorRow[]> {
  const { after } = page;
  const keys = [after?.rank, after?.category, after?.name, after?.identity];
  const values = [...valuesOf(page), ...keys.map((key) => key ?? null)];
  return (await db.query({ ...SENSORS_BY_ATTENTION, values })).rows;
}

export async function listSensorsByName(db: Queryable, page: Page): Promise<SensorRow[]> {
  const { after } = page;
  const keys = [after?.category, after?.name, after?.identity];
  const values = [...valuesOf(page), ...keys.map((key) => key ?? null)];
  return (await db.query({ ...SENSORS_BY_NAME, values })).rows;
}

function valuesOf({ systemNo, nowUs, filter, limit }: Page): unknown[] {
  const { category, name, identity, attentions } = filter;
  return [
    systemNo,
    nowUs,
    category ?? null,
    name ?? null,
    identity ?? null,
    attentions.length === 0 ? null : attentions,
    limit,
  ];
}

/** The numbers of these sensors of a system, by their place in the list; undefined for one that is not there. */
export async function findSensors(
  db: Queryable,
  systemNo: number,
  sensors: readonly { category: string; name: string; identity: string }[],
): Promise<(number | undefined)[]> {
  const { rows } = await db.query({
    name: "find_sensors",
    text: `
    select entities.entity_no
    from unnest($2::text[], $3::text[], $4::text[]) with ordinality as wanted (category, name, identity, place)
    left join entities
      on entities.system_no = $1
      and entities.category = wanted.category
      and entities.name = wanted.name
      and entities.identity = wanted.identity
    order by wanted.place`,
    values: [
      systemNo,
      sensors.map(({ category }) => category),
      sensors.map(({ name }) => name),
      sensors.map(({ identity }) => identity),
    ],
  });
  return rows.map((row) => row.entity_no ?? undefined);
}

/** Most sensors that one search looks at: a quarter of a second or so. */
const MAX_SEARCHED = 300_000;

/** Sensors of which a part holds the text, in any case; ends as soon as it has enough. */
export async function searchSensors(
  db: Queryable,
  { query, limit }: { query: string; limit: number },
): Promise<{ system_id: string; category: string; name: string; identity: string }[]> {
  const { rows } = await db.query({
    name: "search_sensors",
    text: `
    select systems.system_id, found.category, found.name, found.identity
    from (
      select looked_at.*
      from (
        select entities.system_no, entities.entity_no, entities.category, entities.name, entities.identity
        from entities
        limit ${MAX_SEARCHED}
      ) as looked_at
      where looked_at.name ilike $1 or looked_at.identity ilike $1 or looked_at.category ilike $1
      limit $2
    ) as found
    join systems on systems.system_no = found.system_no
    order by systems.system_id, found.category, found.name, found.identity`,
    values: [holdingPattern(query), limit],
  });
  return rows;
}
