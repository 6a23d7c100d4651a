import { type Entity, entityKey } from "../domain/entity.ts";
import { checkEntity, type Issues } from "../domain/field-checks.ts";
import { readTag, readText, requireEnd, skipField, type WireReader } from "./wire-reader.ts";

/** A sensor as it came, with what is the same every time it comes. */
export type KnownEntity = Entity & { readonly key: string; readonly isValid: boolean };

/**
 * Sensors send the same bytes for years, so they are remembered: up to this many bytes, each with what its objects take
 * beside. In memory that is about three times as much.
 */
const MAX_KNOWN_BYTES = 16 * 1024 * 1024;
const OBJECT_BYTES = 200;
const known = new Map<string, KnownEntity>();
let knownBytes = 0;

/**
 * The SystemEntity in the bytes up to `end`: decoded, checked and made into a key when it comes for the first time, and
 * looked up by its bytes from then on. When there is no more room everything is forgotten at once, which costs nothing
 * but the decoding.
 */
export function readEntity(reader: WireReader, end: number): KnownEntity {
  // One character for each byte: a key like any other, without a look at what it says.
  const raw = reader.bytes.toString("latin1", reader.position, end);
  const found = known.get(raw);
  if (found) {
    reader.position = end;
    return found;
  }
  const entity = decodeEntity(reader, end);
  // One that breaks a rule is refused anyway, and may be as long as a message.
  if (entity.isValid) remember(raw, entity);
  return entity;
}

function remember(raw: string, entity: KnownEntity): void {
  const bytes = raw.length + OBJECT_BYTES;
  if (bytes > MAX_KNOWN_BYTES) return;
  if (knownBytes + bytes > MAX_KNOWN_BYTES) {
    known.clear();
    knownBytes = 0;
  }
  known.set(raw, entity);
  knownBytes += bytes;
}

function decodeEntity(reader: WireReader, end: number): KnownEntity {
  const entity = { category: "", name: "", identity: "" };
  while (reader.position < end) {
    const tag = readTag(reader);
    if (tag === 0x0a) entity.category = readText(reader);
    else if (tag === 0x12) entity.name = readText(reader);
    else if (tag === 0x1a) entity.identity = readText(reader);
    else skipField(reader, tag);
  }
  requireEnd(reader, end);
  const issues: Issues = [];
  checkEntity(issues, "", entity);
  return { ...entity, key: entityKey(entity), isValid: issues.length === 0 };
}
