import { createHash } from "node:crypto";
import { type Entity, entityKey } from "../domain/entity.ts";
import { type NumberedEntity, namesOf, numberEntities } from "./entities.ts";
import type { Queryable } from "./queryable.ts";

/** The SHA-256 of a sensor list, whatever the order of the list. */
export function manifestHash(entities: readonly Entity[]): Buffer {
  const hash = createHash("sha256");
  for (const key of entities.map(entityKey).sort()) hash.update(`${key}\0\0`);
  return hash.digest();
}

/** Keeps a sensor list, once. The system must be locked. */
export async function keepManifest(
  tx: Queryable,
  systemNo: number,
  hash: Buffer,
  entities: readonly Entity[],
): Promise<void> {
  const known = await tx.query(
    "select from manifests where system_no = $1 and manifest_hash = $2",
    [systemNo, hash],
  );
  if (known.rowCount) return;
  const entityNos = await numberEntities(tx, systemNo, entities);
  entityNos.sort((a, b) => a - b);
  await tx.query(
    "insert into manifests (system_no, manifest_hash, entity_nos) values ($1, $2, $3::integer[])",
    [systemNo, hash, `{${entityNos.join(",")}}`],
  );
}

/** The sensors of a list. */
export async function manifestEntities(
  db: Queryable,
  systemNo: number,
  hash: Buffer,
): Promise<NumberedEntity[]> {
  return namesOf(db, systemNo, await manifestNos(db, systemNo, hash));
}

/** What `hash` lists and `previous` does not, and the reverse. */
export async function compareManifests(
  db: Queryable,
  systemNo: number,
  hash: Buffer,
  previous: Buffer,
): Promise<{ added: NumberedEntity[]; removed: NumberedEntity[] }> {
  if (hash.equals(previous)) return { added: [], removed: [] };
  const now = new Set(await manifestNos(db, systemNo, hash));
  const before = new Set(await manifestNos(db, systemNo, previous));
  return {
    added: await namesOf(
      db,
      systemNo,
      [...now].filter((no) => !before.has(no)),
    ),
    removed: await namesOf(
      db,
      systemNo,
      [...before].filter((no) => !now.has(no)),
    ),
  };
}

async function manifestNos(db: Queryable, systemNo: number, hash: Buffer): Promise<number[]> {
  const { rows } = await db.query({
    name: "manifest",
    text: "select entity_nos from manifests where system_no = $1 and manifest_hash = $2",
    values: [systemNo, hash],
  });
  return rows[0]?.entity_nos ?? [];
}
