import type { Entity } from "../domain/entity.ts";
import type { Queryable } from "./queryable.ts";

/** A number that means something within its system only. */
export type NumberInSystem = { systemNo: number; no: number };

/** The names of these systems, by number. */
export async function systemNamesOf(
  db: Queryable,
  systemNos: readonly number[],
): Promise<Map<number, string>> {
  const { rows } = await db.query({
    name: "system_names",
    text: "select system_no, system_id from systems where system_no = any ($1::bigint[])",
    values: [arrayText(systemNos)],
  });
  return new Map(rows.map((row) => [row.system_no, row.system_id]));
}

/** The sensors with these numbers; their order is nobody's promise. */
export async function entityNamesOf(
  db: Queryable,
  numbers: readonly NumberInSystem[],
): Promise<(NumberInSystem & { entity: Entity })[]> {
  const { rows } = await db.query({
    name: "entity_names_of_many",
    text: `select entities.system_no, entities.entity_no, entities.category, entities.name, entities.identity
      from unnest($1::bigint[], $2::integer[]) as wanted (system_no, entity_no)
      join entities using (system_no, entity_no)`,
    values: [
      arrayText(numbers.map(({ systemNo }) => systemNo)),
      arrayText(numbers.map(({ no }) => no)),
    ],
  });
  return rows.map(({ system_no, entity_no, category, name, identity }) => ({
    systemNo: system_no,
    no: entity_no,
    entity: { category, name, identity },
  }));
}

/** The ids of these runs; their order is nobody's promise. */
export async function runIdsOf(
  db: Queryable,
  numbers: readonly NumberInSystem[],
): Promise<(NumberInSystem & { runId: string })[]> {
  const { rows } = await db.query({
    name: "run_ids_of_many",
    text: `select runs.system_no, runs.run_no, runs.run_id
      from unnest($1::bigint[], $2::integer[]) as wanted (system_no, run_no)
      join runs using (system_no, run_no)`,
    values: [
      arrayText(numbers.map(({ systemNo }) => systemNo)),
      arrayText(numbers.map(({ no }) => no)),
    ],
  });
  return rows.map((row) => ({ systemNo: row.system_no, no: row.run_no, runId: row.run_id }));
}

function arrayText(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
