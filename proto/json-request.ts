import protobuf from "protobufjs";
import { parseDuration, parseTimestamp } from "./json-time.ts";
import { type MessageName, type MessageOut, messageType } from "./messages.ts";
import type { BadField } from "./status-details.ts";

type Values = Record<string, unknown>;

/** A request, and everything that is wrong with it: only a request without problems is to be used. */
export type ParsedRequest<N extends MessageName> = {
  message: MessageOut<N>;
  problems: readonly BadField[];
};

type Problems = BadField[];

/**
 * Reads a request from the variables of a path and from a query: fields by their names in the contract (or in camel case),
 * those of messages within as `a.b`, lists by repeating the name. A name that the request does not have is a problem.
 */
export function fromQuery<N extends MessageName>(
  name: N,
  { path = {}, query }: { path?: Readonly<Record<string, string>>; query: URLSearchParams },
): ParsedRequest<N> {
  const type = messageType(name);
  const message = emptyMessage(type);
  const problems: Problems = [];
  const given = new Set<string>();
  const read = (key: string, text: string, again: string) => {
    const place = placeOf(type, message, key);
    if (!place) {
      problems.push({ field: key, description: "is no parameter of this request" });
      return;
    }
    const { values, field, path: full } = place;
    const value = readText(field, text, full, problems);
    if (field.repeated) {
      if (value !== undefined) (values[field.name] as unknown[]).push(value);
      return;
    }
    if (given.has(full)) problems.push({ field: full, description: again });
    given.add(full);
    if (value !== undefined) values[field.name] = value;
  };
  for (const [key, text] of Object.entries(path)) read(key, text, "is in the path twice");
  for (const [key, text] of query) {
    read(key, text, key in path ? "is in the path already" : "must not be there more than once");
  }
  return { message: message as MessageOut<N>, problems };
}

/** Reads a request from JSON that was parsed already. A name that the request does not have is a problem. */
export function fromJson<N extends MessageName>(name: N, value: unknown): ParsedRequest<N> {
  const problems: Problems = [];
  const message = readMessage(messageType(name), value, "", problems);
  return { message: message as MessageOut<N>, problems };
}

/** A message with the defaults that gRPC's readers fill in. */
function emptyMessage(type: protobuf.Type): Values {
  const values: Values = {};
  for (const field of type.fieldsArray) {
    field.resolve();
    if (field.partOf) continue;
    values[field.name] = emptyValue(field);
  }
  return values;
}

function emptyValue(field: protobuf.Field): unknown {
  if (field.map) return {};
  if (field.repeated) return [];
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return null;
  if (resolvedType) return resolvedType.valuesById[0];
  if (field.type === "bytes") return Buffer.alloc(0);
  return field.long ? 0 : field.typeDefault;
}

/** The simple field that a dotted name means; messages on the way are made. */
function placeOf(
  type: protobuf.Type,
  message: Values,
  key: string,
): { values: Values; field: protobuf.Field; path: string } | undefined {
  let values = message;
  let within = type;
  const path: string[] = [];
  const parts = key.split(".");
  for (const [index, part] of parts.entries()) {
    const field = fieldNamed(within, part);
    if (!field || field.map) return undefined;
    path.push(field.name);
    const isSimple = isSimpleType(field);
    if (index === parts.length - 1) {
      return isSimple ? { values, field, path: path.join(".") } : undefined;
    }
    if (isSimple || field.repeated) return undefined;
    within = field.resolvedType as protobuf.Type;
    values[field.name] ??= emptyMessage(within);
    values = values[field.name] as Values;
  }
  return undefined;
}

function fieldNamed(type: protobuf.Type, name: string): protobuf.Field | undefined {
  const field =
    type.fieldsArray.find((one) => one.name === name) ??
    type.fieldsArray.find((one) => protobuf.util.camelCase(one.name) === name);
  return field?.resolve();
}

/** Whether a text alone says the value. */
function isSimpleType({ resolvedType }: protobuf.Field): boolean {
  return !(resolvedType instanceof protobuf.Type) || isTime(resolvedType);
}

function isTime({ fullName }: protobuf.Type): boolean {
  return fullName === ".google.protobuf.Timestamp" || fullName === ".google.protobuf.Duration";
}

/** A simple value as a query has it; undefined, with a problem, where it is none. */
function readText(field: protobuf.Field, text: string, place: string, problems: Problems): unknown {
  if (field.type === "bool") {
    if (text === "true" || text === "false") return text === "true";
    return refuse(problems, place, `must be true or false, not ${shown(text)}`);
  }
  if (field.resolvedType instanceof protobuf.Enum && /^-?\d+$/.test(text)) {
    return readEnum(field.resolvedType, Number(text), place, problems);
  }
  return readSimple(field, text, place, problems);
}

function readMessage(
  type: protobuf.Type,
  value: unknown,
  place: string,
  problems: Problems,
): Values {
  const message = emptyMessage(type);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(problems, place, "must be a JSON object");
    return message;
  }
  for (const [key, item] of Object.entries(value)) {
    const field = fieldNamed(type, key);
    const full = place ? `${place}.${field?.name ?? key}` : (field?.name ?? key);
    if (!field) refuse(problems, full, "is no field of this request");
    // null means the default.
    else if (item !== null) {
      const read = readField(field, item, full, problems);
      if (read !== undefined) message[field.name] = read;
    }
  }
  return message;
}

function readField(
  field: protobuf.Field,
  value: unknown,
  place: string,
  problems: Problems,
): unknown {
  if (field.map) {
    if (typeof value !== "object" || Array.isArray(value)) {
      return refuse(problems, place, "must be a JSON object");
    }
    const items = Object.entries(value as Values).map(([key, item]) => [
      key,
      readValue(field, item, `${place}[${shown(key)}]`, problems),
    ]);
    return Object.fromEntries(items);
  }
  if (!field.repeated) return readValue(field, value, place, problems);
  if (!Array.isArray(value)) return refuse(problems, place, "must be a list");
  return value.map((item, index) => readValue(field, item, `${place}[${index}]`, problems));
}

function readValue(
  field: protobuf.Field,
  value: unknown,
  place: string,
  problems: Problems,
): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type && !isTime(type)) {
    return readMessage(type, value, place, problems);
  }
  return readSimple(field, value, place, problems);
}

/** The range of each whole number; the 64-bit ones end where JavaScript can't count any more. */
const RANGES: Record<string, readonly [number, number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

function readSimple(
  field: protobuf.Field,
  value: unknown,
  place: string,
  problems: Problems,
): unknown {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) return readEnum(resolvedType, value, place, problems);
  if (resolvedType) return readTime(resolvedType, value, place, problems);
  if (type === "string") {
    return typeof value === "string" ? value : refuse(problems, place, "must be a text");
  }
  if (type === "bool") {
    return typeof value === "boolean" ? value : refuse(problems, place, "must be true or false");
  }
  if (type === "bytes") {
    const isBase64 = typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value);
    return isBase64 ? Buffer.from(value, "base64") : refuse(problems, place, "must be base64");
  }
  const range = RANGES[type];
  const number = numberOf(value);
  if (!range) return number ?? refuse(problems, place, `must be a number, not ${shown(value)}`);
  const [min, max] = range;
  if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) {
    return number;
  }
  return refuse(
    problems,
    place,
    `must be a whole number from ${min} to ${max}, not ${shown(value)}`,
  );
}

function numberOf(value: unknown): number | undefined {
  const isNumber =
    typeof value === "number" ||
    (typeof value === "string" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value));
  return isNumber && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function readEnum(
  { values, valuesById }: protobuf.Enum,
  value: unknown,
  place: string,
  problems: Problems,
): unknown {
  if (typeof value === "string" && Object.hasOwn(values, value)) return value;
  if (typeof value === "number" && valuesById[value] !== undefined) return valuesById[value];
  const names = Object.keys(values).join(", ");
  return refuse(problems, place, `must be one of ${names}, not ${shown(value)}`);
}

function readTime(type: protobuf.Type, value: unknown, place: string, problems: Problems): unknown {
  const isTimestamp = type.fullName === ".google.protobuf.Timestamp";
  const read = isTimestamp ? parseTimestamp : parseDuration;
  const time = typeof value === "string" ? read(value) : undefined;
  if (time) return time;
  const good = isTimestamp
    ? 'a time like "2026-11-23T03:00:00Z"'
    : 'a duration in seconds like "1.5s"';
  return refuse(problems, place, `must be ${good}, not ${shown(value)}`);
}

function refuse(problems: Problems, field: string, description: string): undefined {
  problems.push({ field, description });
  return undefined;
}

/** What was given, cut to a readable length. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
