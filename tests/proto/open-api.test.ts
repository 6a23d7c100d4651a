import { readFileSync } from "node:fs";
import { httpRoutes, openApiPath, type Run, toJson } from "slimmer-grpc";
import { expect, test } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: a document that these tests are about
type Json = any;

const document: Json = JSON.parse(readFileSync(openApiPath, "utf8"));
const operations: [string, Json][] = Object.entries(document.paths as Json).flatMap(
  ([path, verbs]) =>
    Object.entries(verbs as Json).map(([verb, operation]): [string, Json] => [
      `${verb.toUpperCase()} ${path}`,
      operation,
    ]),
);

test("it has every way to ask, and only those", () => {
  const routes = httpRoutes()
    .filter(({ service }) => service === "Reader")
    .map(({ method, path }) => `${method} ${path}`);
  const streams = ["GET /v1/live", "GET /v1/activations.csv", "GET /v1/activations.ndjson"];
  expect(document.openapi).toBe("3.1.0");
  expect(operations.map(([name]) => name).sort()).toEqual([...routes, ...streams].sort());
  const ids = operations.map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every reference leads somewhere, and everything there is referred to", () => {
  const used = new Set<string>();
  JSON.stringify(document, (key, value) => {
    if (key === "$ref") used.add(value);
    return value;
  });
  const there = Object.keys(document.components.schemas).map(
    (name) => `#/components/schemas/${name}`,
  );
  // What streams consist of is text to OpenAPI.
  used.add("#/components/schemas/StoredActivation");
  expect([...used].sort()).toEqual(there.sort());
});

test.each(operations)("%s says where each parameter goes", (name, operation) => {
  const parameters: Json[] = operation.parameters ?? [];
  const inPath = parameters.filter((one) => one.in === "path");
  const variables = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  expect(inPath.map((one) => one.name)).toEqual(variables);
  expect(inPath.every((one) => one.required)).toBe(true);
  expect(new Set(parameters.map((one) => one.name)).size).toBe(parameters.length);
  for (const { schema } of parameters)
    expect(schema.type).toMatch(/^(string|integer|boolean|array)$/);
  expect(operation.responses["200"].content).toBeDefined();
});

test("the comments of the contract are its descriptions", () => {
  expect(document.paths["/v1/fleet"].get.summary).toContain("All systems in one answer");
  const { Completeness, System } = document.components.schemas;
  expect(Completeness.description).toContain("so holes show");
  expect(Completeness.properties.missing.description).toContain("in the client's spool");
  expect(System.properties.state.description).toContain("QUIET: ");
});

test("an empty message, as it is written, is what its schema says", () => {
  for (const { service, response } of httpRoutes()) {
    if (service !== "Reader") continue;
    expect(
      faults(
        { $ref: `#/components/schemas/${response}` },
        JSON.parse(toJson(response, {})),
        response,
      ),
    ).toEqual([]);
  }
});

test("so is a full one", () => {
  const run: Run = {
    state: "LOST",
    labels: { a: "b" },
    completeness: { gaps: [{ first: 1, last: 2 }] },
  };
  const system = { current_run: run, silent_after: { seconds: 1 }, hourly_counts: [1, 2] };
  const systems = JSON.parse(toJson("ListSystemsResponse", { systems: [system] }));
  const schema = { $ref: "#/components/schemas/ListSystemsResponse" };
  expect(faults(schema, systems, "systems")).toEqual([]);
  systems.systems[0].hourly_counts[1] = 2;
  delete systems.systems[0].current_run.state;
  expect(faults(schema, systems, "systems")).toEqual([
    "systems.systems[0].current_run.state is missing",
    "systems.systems[0].hourly_counts[1] is no string",
  ]);
});

/** As much of JSON Schema as the document uses. */
function faults(schema: Json, value: Json, at: string): string[] {
  if (schema.$ref)
    return faults(document.components.schemas[schema.$ref.split("/").at(-1)], value, at);
  if (schema.type === "array") {
    if (!Array.isArray(value)) return [`${at} is no array`];
    return value.flatMap((item: Json, index: number) =>
      faults(schema.items, item, `${at}[${index}]`),
    );
  }
  if (schema.type === "object") {
    const { properties = {}, required = [], additionalProperties } = schema;
    const missing = required.filter((name: string) => !(name in value));
    return [
      ...missing.map((name: string) => `${at}.${name} is missing`),
      ...Object.entries(value).flatMap(([name, item]) => {
        const known = properties[name] ?? additionalProperties;
        return known ? faults(known, item, `${at}.${name}`) : [`${at}.${name} is unknown`];
      }),
    ];
  }
  const type = schema.type === "integer" ? "number" : schema.type;
  if (typeof value !== type) return [`${at} is no ${type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is none of ${schema.enum}`];
  if (schema.pattern && !new RegExp(schema.pattern).test(value))
    return [`${at} is no ${schema.pattern}`];
  return [];
}
