import type protobuf from "protobufjs";
import { durationText, timestampText } from "./json-time.ts";
import { type MessageIn, type MessageName, messageType } from "./messages.ts";

type Values = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: each writer is made for the type of its field
type Writer = (value: any) => string;

const WIDE = new Set(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);
const REAL = new Set(["double", "float"]);

const writers = new Map<MessageName, Writer>();

/**
 * A message as canonical JSON, just as Envoy prints it: names of the contract, every simple field and every list, unset
 * messages left out; 64-bit integers as strings, times as RFC 3339, durations as "1.500s", enums by their names. The
 * writer of a type is made at its first use.
 */
export function toJson<N extends MessageName>(name: N, message: MessageIn<N>): string {
  let write = writers.get(name);
  if (!write) {
    write = messageWriter(messageType(name), new Map());
    writers.set(name, write);
  }
  return write(message);
}

/** `made`: types refer to each other, and each is made once. */
function messageWriter(type: protobuf.Type, made: Map<protobuf.Type, Writer>): Writer {
  if (type.fullName === ".google.protobuf.Timestamp") return (time) => `"${timestampText(time)}"`;
  if (type.fullName === ".google.protobuf.Duration") return (time) => `"${durationText(time)}"`;
  const known = made.get(type);
  if (known) return known;
  let members: readonly ((values: Values) => string)[] = [];
  const write = (values: Values) => {
    let text = "";
    for (const member of members) text += member(values);
    return `{${text.slice(1)}}`;
  };
  made.set(type, write);
  members = type.fieldsArray.map((field) => memberWriter(field.resolve(), made));
  return write;
}

/** Writes `,"name":value`, or nothing for what is unset and may be. */
function memberWriter(
  field: protobuf.Field,
  made: Map<protobuf.Type, Writer>,
): (values: Values) => string {
  const { name } = field;
  const key = `,"${name}":`;
  const write = valueWriter(field, made);
  if (field.map) {
    return (values) => `${key}${mapText((values[name] ?? {}) as Values, write)}`;
  }
  if (field.repeated) {
    return (values) => `${key}${listText((values[name] ?? []) as readonly unknown[], write)}`;
  }
  const type = field.resolvedType;
  if (field.partOf || (type && "fieldsArray" in type)) {
    return (values) => {
      const value = values[name];
      return value === undefined || value === null ? "" : key + write(value);
    };
  }
  const unset = key + write(field.typeDefault);
  return (values) => {
    const value = values[name];
    return value === undefined || value === null ? unset : key + write(value);
  };
}

function mapText(map: Values, write: Writer): string {
  let text = "";
  for (const key of Object.keys(map)) text += `,${JSON.stringify(key)}:${write(map[key])}`;
  return `{${text.slice(1)}}`;
}

function listText(list: readonly unknown[], write: Writer): string {
  let text = "";
  for (const value of list) text += `,${write(value)}`;
  return `[${text.slice(1)}]`;
}

function valueWriter(field: protobuf.Field, made: Map<protobuf.Type, Writer>): Writer {
  const type = field.resolvedType;
  if (type && "fieldsArray" in type) return messageWriter(type, made);
  if (type) return enumWriter(type);
  if (field.type === "string") return textJson;
  if (field.type === "bytes")
    return (bytes: Uint8Array) => `"${Buffer.from(bytes).toString("base64")}"`;
  if (WIDE.has(field.type)) return (value) => `"${value}"`;
  if (REAL.has(field.type)) {
    return (value: number) => (Number.isFinite(value) ? String(value) : `"${value}"`);
  }
  return String;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON writes them as escapes
const NEEDS_ESCAPES = /["\\\u0000-\u001f\ud800-\udfff]/;

/** JSON.stringify costs several times as much, and hardly any text needs it. */
function textJson(text: string): string {
  return NEEDS_ESCAPES.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A number without a name is written as it is. */
function enumWriter({ valuesById }: protobuf.Enum): Writer {
  return (value: string | number) => {
    if (typeof value === "string") return `"${value}"`;
    const name = valuesById[value];
    return name === undefined ? String(value) : `"${name}"`;
  };
}
