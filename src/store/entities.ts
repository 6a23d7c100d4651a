import type { Entity } from "../domain/entity.ts";
import { SlimmerError } from "../domain/errors.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Queryable } from "./queryable.ts";

export type NumberedEntity = Entity & { entityNo: number };

/** The numbers of these entities, made where they are new. The system must be locked. The order is not that of the list. */
export async function numberEntities(
  tx: Queryable,
  systemNo: number,
  entities: readonly Entity[],
): Promise<number[]> {
  const { rows } = await tx.query(
    `with listed as (
      select * from unnest($2::text[], $3::text[], $4::text[]) with ordinality as item (category, name, identity, place)
    ),
    known as (
      select entities.entity_no, listed.place
      from listed
      join entities
        on entities.system_no = $1
        and entities.category = listed.category
        and entities.name = listed.name
        and entities.identity = listed.identity
    ),
    added as (
      insert into entities (system_no, entity_no, category, name, identity)
      select
        $1,
        (select coalesce(max(entity_no), 0) from entities where system_no = $1)
          + row_number() over (order by listed.place),
        listed.category,
        listed.name,
        listed.identity
      from listed
      where listed.place not in (select place from known)
      returning entity_no
    )
    select entity_no from known
    union all
    select entity_no from added`,
    [
      systemNo,
      entities.map((entity) => entity.category),
      entities.map((entity) => entity.name),
      entities.map((entity) => entity.identity),
    ],
  );
  return rows.map((row) => row.entity_no);
}

/** The entities with these numbers, in the order of the numbers. */
export async function namesOf(
  db: Queryable,
  systemNo: number,
  entityNos: readonly number[],
): Promise<NumberedEntity[]> {
  if (entityNos.length === 0) return [];
  const { rows } = await db.query({
    name: "entity_names",
    text: `select entity_no, category, name, identity
      from entities
      where system_no = $1 and entity_no = any ($2::integer[])
      order by entity_no`,
    values: [systemNo, `{${entityNos.join(",")}}`],
  });
  return rows.map(toEntity);
}

/** The sensors that a run has reported without having listed them. */
export async function listUnregistered(
  db: Queryable,
  systemNo: number,
  runNo: number,
): Promise<NumberedEntity[]> {
  const { rows } = await db.query({
    name: "unregistered_entities",
    text: `select entities.entity_no, entities.category, entities.name, entities.identity
      from unregistered_entities
      join entities
        on entities.system_no = unregistered_entities.system_no
        and entities.entity_no = unregistered_entities.entity_no
      where unregistered_entities.system_no = $1 and unregistered_entities.run_no = $2`,
    values: [systemNo, runNo],
  });
  return rows.map(toEntity);
}

/**
 * The number of a sensor that is not in its run's list, noted as such. The system must be locked. Throws
 * UNREGISTERED_LIMIT when the run has as many of these as one run may.
 */
export async function numberUnregistered(
  tx: Queryable,
  { systemNo, runNo, entity }: { systemNo: number; runNo: number; entity: Entity },
): Promise<number> {
  const [entityNo] = (await numberEntities(tx, systemNo, [entity])) as [number];
  const { rows } = await tx.query(
    `select
      count(*) as noted,
      count(*) filter (where entity_no = $3) > 0 as is_noted
    from unregistered_entities
    where system_no = $1 and run_no = $2`,
    [systemNo, runNo, entityNo],
  );
  const { noted, is_noted: isNoted } = rows[0];
  if (isNoted) return entityNo;
  if (noted >= LIMITS.maxUnregisteredPerRun) {
    throw new SlimmerError(
      "UNREGISTERED_LIMIT",
      `this run has reported ${noted} different sensors that are not in its list, the most there may be: register a run that lists them`,
    );
  }
  await tx.query(
    `insert into unregistered_entities (system_no, run_no, entity_no) values ($1, $2, $3)`,
    [systemNo, runNo, entityNo],
  );
  return entityNo;
}

function toEntity(row: NumberedEntityRow): NumberedEntity {
  return {
    entityNo: row.entity_no,
    category: row.category,
    name: row.name,
    identity: row.identity,
  };
}

type NumberedEntityRow = { entity_no: number; category: string; name: string; identity: string };
