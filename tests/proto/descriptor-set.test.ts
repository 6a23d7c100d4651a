import { readFileSync } from "node:fs";
import { descriptorSetPath, MainService, packageDefinition, ReaderService } from "slimmer-grpc";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { descriptorSet } from "../../proto/build/descriptor-set.ts";
import { decodeSet, HTTP_OPTION, methodsOf } from "../../proto/build/descriptors.ts";
import { readText } from "../support/source-files.ts";

const httpYaml = readText("proto/slimmer_grpc/http.yaml");
const bytes = descriptorSet(packageDefinition, httpYaml);
const files = decodeSet(bytes);

const rules: { selector: string }[] = parse(httpYaml).http.rules;

test("the built file is what proto/ says today", () => {
  expect(readFileSync(descriptorSetPath).equals(bytes), "run `npm run build`").toBe(true);
});

test("the same contract gives the same bytes", () => {
  expect(Buffer.from(descriptorSet(packageDefinition, httpYaml)).equals(bytes)).toBe(true);
});

test("it has every rpc of the contract", () => {
  const methods = [...methodsOf(files)].map(([name, method]) => [
    `/${name.replace(/\.(\w+)$/, "/$1")}`,
    method.client_streaming ?? false,
    method.server_streaming ?? false,
  ]);
  expect(methods).toEqual(
    [MainService, ReaderService]
      .flatMap((service) => Object.values(service))
      .map(({ path, requestStream, responseStream }) => [path, requestStream, responseStream]),
  );
});

test.each(rules)("$selector has its rule of http.yaml", ({ selector, ...rule }) => {
  expect(methodsOf(files).get(selector)?.options?.[HTTP_OPTION]).toMatchObject(rule);
});

test("it has the details of errors under their public names", () => {
  const names = files.flatMap((file) =>
    file.message_type.map(({ name }) => `${file.package}.${name}`),
  );
  expect(names).toEqual(
    expect.arrayContaining([
      "google.protobuf.Any",
      "google.rpc.BadRequest",
      "google.rpc.ErrorInfo",
      "google.rpc.RetryInfo",
      "google.rpc.Status",
    ]),
  );
});

test("each file comes once, after the files it imports", () => {
  const names = files.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, dependency } of files) {
    expect(names.slice(0, names.indexOf(name))).toEqual(expect.arrayContaining(dependency));
  }
  expect(names).toContain("slimmer_grpc/main.proto");
});

test("each type stands in the file that declares it, as protoc would have it", () => {
  const typesIn = (wanted: string) => {
    const file = files.find(({ name }) => name === wanted);
    const items = [
      ...(file?.message_type ?? []),
      ...(file?.enum_type ?? []),
      ...(file?.service ?? []),
    ];
    return { names: items.map(({ name }) => name), dependency: file?.dependency };
  };
  const main = typesIn("slimmer_grpc/main.proto");
  const reader = typesIn("slimmer_grpc/reader.proto");
  expect(main.names).toEqual(expect.arrayContaining(["Main", "Activation", "SystemEntity"]));
  expect(reader.names).toEqual(expect.arrayContaining(["Reader", "Fleet", "StoredActivation"]));
  expect(main.names.filter((name) => reader.names.includes(name))).toEqual([]);
  expect(reader.dependency).toEqual([
    "google/protobuf/duration.proto",
    "google/protobuf/timestamp.proto",
    "slimmer_grpc/main.proto",
  ]);
});

test("each type that a field names is in the file itself or in one it imports", () => {
  const typesOf = (name: string) => {
    const file = files.find((other) => other.name === name);
    return (file?.message_type ?? []).flatMap((type) => [
      `.${file?.package}.${type.name}`,
      ...[...(type.nested_type ?? []), ...(type.enum_type ?? [])].map(
        (nested) => `.${file?.package}.${type.name}.${nested.name}`,
      ),
    ]);
  };
  for (const { name, dependency, message_type } of files) {
    const visible = [name, ...dependency].flatMap(typesOf);
    const used = message_type.flatMap(({ field = [] }) =>
      field.flatMap(({ type_name }) => type_name ?? []),
    );
    expect(visible).toEqual(expect.arrayContaining(used));
  }
});

test("the entry type of a map is named as protoc names it", () => {
  const run = files
    .flatMap(({ message_type }) => message_type)
    .find(({ name }) => name === "SystemRun");
  expect(run?.nested_type?.map(({ name }) => name)).toEqual(["LabelsEntry"]);
  expect(run?.field?.find(({ name }) => name === "labels")?.type_name).toBe(
    ".slimmer_grpc.SystemRun.LabelsEntry",
  );
});
