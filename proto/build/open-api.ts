import protobuf from "protobufjs";
import type { HttpRoute } from "../http-routes.ts";

type Json = Record<string, unknown>;

/** What the web process answers beside the rpcs: streams, each in the way of browsers. */
const STREAMS = [
  {
    path: "/v1/live",
    rpc: "watch_activations",
    request: "WatchActivationsRequest",
    without: [] as string[],
    type: "text/event-stream",
    summary: "Activations as they are stored, as server-sent events.",
    description:
      "Events: `activations` (data: {activations, total, skipped, caught_up, server_time}), `heartbeat` (data: {server_time}) and `expired` (data: {message}: begin anew). The id of an event is a cursor, and the header Last-Event-ID wins over the parameter.",
  },
  ...(["csv", "ndjson"] as const).map((ending) => ({
    path: `/v1/activations.${ending}`,
    rpc: `export_activations_${ending}`,
    request: "ExportActivationsRequest",
    without: ["format"],
    type: ending === "csv" ? "text/csv" : "application/x-ndjson",
    summary: `Every activation that the filters leave, as a file (${ending.toUpperCase()}): the newest first.`,
    description: "",
  })),
];

/** How HTTP says what a Status says. */
const REFUSALS: Record<string, string> = {
  400: "Wrong fields (every one is in `field_violations`), or a cursor that is too old.",
  404: "Not there.",
  429: "Too much at once: again after Retry-After.",
  503: "The database is away, or this process is full or stopping: again after Retry-After.",
};

/** OpenAPI 3.1 of the reading half of the JSON API; the comments of the contract are the descriptions. */
export function openApi(root: protobuf.Root, routes: readonly HttpRoute[], version: string): Json {
  const service = root.lookupService("slimmer_grpc.Reader");
  const schemas = new Map<string, Json>([["Status", STATUS]]);
  const paths: Record<string, Json> = {};
  const names = new Map<string, number>();
  const add = (path: string, verb: string, operation: Json) => {
    paths[path] = { ...paths[path], [verb]: operation };
  };
  for (const route of routes.filter((one) => one.service === "Reader")) {
    const request = root.lookupType(`slimmer_grpc.${route.request}`);
    const count = (names.get(route.rpc) ?? 0) + 1;
    names.set(route.rpc, count);
    add(route.path, route.method.toLowerCase(), {
      operationId: count === 1 ? route.rpc : `${route.rpc}_${count}`,
      ...described(service.methods[route.rpc]?.comment, "summary"),
      ...(route.hasBody
        ? {
            requestBody: {
              required: true,
              content: { "application/json": { schema: reference(request, schemas) } },
            },
          }
        : { parameters: parameters(request, route.path) }),
      responses: answers(
        "application/json",
        reference(root.lookupType(`slimmer_grpc.${route.response}`), schemas),
      ),
    });
  }
  for (const { path, rpc, request, without, type, summary, description } of STREAMS) {
    const message = root.lookupType(`slimmer_grpc.${request}`);
    add(path, "get", {
      operationId: rpc,
      summary,
      ...(description ? { description } : {}),
      parameters: parameters(message, path).filter(({ name }) => !without.includes(String(name))),
      responses: answers(type, { type: "string" }),
    });
  }
  // The elements of live events and of NDJSON.
  reference(root.lookupType("slimmer_grpc.StoredActivation"), schemas);
  return {
    openapi: "3.1.0",
    info: {
      title: "slimmer",
      version,
      description: "What can be asked of slimmer. Only reads; docs/json-api.md has the rest.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: { schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

function answers(type: string, schema: Json): Json {
  const refusal = { "application/json": { schema: { $ref: "#/components/schemas/Status" } } };
  return {
    200: { description: "OK", content: { [type]: { schema } } },
    ...Object.fromEntries(
      Object.entries(REFUSALS).map(([code, description]) => [
        code,
        { description, content: refusal },
      ]),
    ),
  };
}

/** Of a request that is all in the path and the query: the fields that fit there. */
function parameters(request: protobuf.Type, path: string): Json[] {
  return request.fieldsArray
    .filter((field) => !field.map && !isMessage(field.resolve()))
    .map((field) => {
      const inPath = path.includes(`{${field.name}}`);
      return {
        name: field.name,
        in: inPath ? "path" : "query",
        ...(inPath ? { required: true } : {}),
        ...described(field.comment),
        schema: field.repeated
          ? { type: "array", items: valueSchema(field, new Map()) }
          : valueSchema(field, new Map()),
      };
    });
}

/** Puts the schema of a message, and those it is made of, into `schemas`. */
function reference(type: protobuf.Type, schemas: Map<string, Json>): Json {
  const { name } = type;
  if (!schemas.has(name)) {
    schemas.set(name, {});
    const properties = type.fieldsArray.map((field): [string, Json] => [
      field.name,
      { ...fieldSchema(field.resolve(), schemas), ...described(field.comment) },
    ]);
    // What an answer always has; in a request everything may be left out.
    const required = type.fieldsArray
      .filter(
        (field) =>
          field.repeated ||
          field.map ||
          field.resolvedType instanceof protobuf.Enum ||
          !field.resolvedType,
      )
      .map((field) => field.name);
    schemas.set(name, {
      type: "object",
      ...described(type.comment),
      ...(name.endsWith("Request") || required.length === 0 ? {} : { required }),
      properties: Object.fromEntries(properties),
    });
  }
  return { $ref: `#/components/schemas/${name}` };
}

function fieldSchema(field: protobuf.Field, schemas: Map<string, Json>): Json {
  if (field.map) return { type: "object", additionalProperties: valueSchema(field, schemas) };
  if (field.repeated) return { type: "array", items: valueSchema(field, schemas) };
  return valueSchema(field, schemas);
}

function valueSchema(field: protobuf.Field, schemas: Map<string, Json>): Json {
  const type = field.resolve().resolvedType;
  if (type instanceof protobuf.Enum) return enumSchema(type);
  if (type?.fullName === ".google.protobuf.Timestamp") {
    return { type: "string", format: "date-time" };
  }
  if (type?.fullName === ".google.protobuf.Duration") {
    return { type: "string", pattern: "^-?\\d+(\\.\\d{1,9})?s$" };
  }
  if (type) return reference(type, schemas);
  return SCALARS[field.type] ?? { type: "string" };
}

const SCALARS: Record<string, Json> = {
  string: { type: "string" },
  bool: { type: "boolean" },
  double: { type: "number", format: "double" },
  int32: { type: "integer", format: "int32" },
  uint32: { type: "integer", minimum: 0, maximum: 4_294_967_295 },
  int64: { type: "string", format: "int64", pattern: "^-?\\d+$" },
  uint64: { type: "string", format: "uint64", pattern: "^\\d+$" },
  bytes: { type: "string", contentEncoding: "base64" },
};

function enumSchema({ values, comments }: protobuf.Enum): Json {
  const names = Object.keys(values);
  const lines = names.flatMap((name) => (comments[name] ? [`${name}: ${comments[name]}`] : []));
  return {
    type: "string",
    enum: names,
    ...(lines.length > 0 ? { description: lines.join("\n") } : {}),
  };
}

function isMessage({ resolvedType }: protobuf.Field): boolean {
  return (
    resolvedType instanceof protobuf.Type && !resolvedType.fullName.startsWith(".google.protobuf.")
  );
}

function described(comment: string | null | undefined, key = "description"): Json {
  return comment ? { [key]: comment.replace(/\s+/g, " ") } : {};
}

/** google.rpc.Status, with the details that slimmer sends. */
const STATUS: Json = {
  type: "object",
  description: "A refusal; docs/errors.md has every reason.",
  required: ["code", "message", "details"],
  properties: {
    code: { type: "integer", format: "int32", description: "The gRPC status." },
    message: { type: "string" },
    details: {
      type: "array",
      items: {
        type: "object",
        required: ["@type"],
        properties: {
          "@type": {
            type: "string",
            description: "ErrorInfo, BadRequest or RetryInfo of google.rpc.",
          },
          reason: { type: "string" },
          domain: { type: "string" },
          metadata: { type: "object", additionalProperties: { type: "string" } },
          field_violations: {
            type: "array",
            items: {
              type: "object",
              required: ["field", "description"],
              properties: { field: { type: "string" }, description: { type: "string" } },
            },
          },
          retry_delay: { type: "string" },
        },
      },
    },
  },
};
