import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";

/** What the names in a description stand for; undefined, false and empty lists are "not there". */
export type Values = Readonly<Record<string, unknown>>;

const LEFT_OUT = Symbol("left out");

/**
 * A description of envoy/ with its settings filled in: `!setting NAME` becomes the value of that name, a node tagged
 * `!when:NAME` or `!unless:NAME` stays or goes, `<<` merges, and what `x-…` at the top held for aliases is left out. Throws
 * where the text is no YAML or names a value that isn't there.
 */
export function resolveDescription(text: string, values: Values): unknown {
  // Our tags are not YAML's, which would be worth a warning; they are resolved below.
  const document = parseDocument(text, { logLevel: "error", merge: false });
  const [problem] = document.errors;
  if (problem) throw problem;
  const resolved = resolve(document.contents as Node, { document, values });
  if (!isRecord(resolved)) throw new Error("a description must be a mapping");
  return Object.fromEntries(Object.entries(resolved).filter(([key]) => !key.startsWith("x-")));
}

type Context = { document: Document; values: Values };

function resolve(node: Node | null, context: Context): unknown {
  if (node === null) return null;
  if (isAlias(node)) {
    const meant = node.resolve(context.document);
    if (!meant) throw new Error(`a description has an alias *${node.source} of nothing`);
    return resolve(meant, context);
  }
  if (!isKept(node, context.values)) return LEFT_OUT;
  if (isScalar(node)) {
    return node.tag === "!setting" ? lookUp(String(node.value), context.values) : node.value;
  }
  if (isSeq(node)) {
    return node.items
      .map((item) => resolve(item as Node, context))
      .filter((item) => item !== LEFT_OUT);
  }
  if (isMap(node)) return resolveMap(node.items, context);
  throw new Error("a description holds scalars, lists and mappings");
}

function resolveMap(
  items: readonly { key: unknown; value: unknown }[],
  context: Context,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const { key, value } of items) {
    const name = String(isScalar(key) ? key.value : key);
    const resolved = resolve(value as Node | null, context);
    if (resolved === LEFT_OUT) continue;
    if (name === "<<") Object.assign(merged, resolved);
    else own[name] = resolved;
  }
  return { ...merged, ...own };
}

function isKept({ tag }: Node, values: Values): boolean {
  const match = /^!(when|unless):(\w+)$/.exec(tag ?? "");
  if (!match) return true;
  return isThere(lookUp(match[2] ?? "", values, true)) === (match[1] === "when");
}

function lookUp(name: string, values: Values, mayBeAbsent = false): unknown {
  if (!(name in values)) throw new Error(`a description names ${name}, which is no value`);
  const value = values[name];
  if (value === undefined && !mayBeAbsent) {
    throw new Error(`a description needs ${name}, which has no value here`);
  }
  return value;
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
