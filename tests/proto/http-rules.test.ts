import { MainService, packageDefinition, ReaderService } from "slimmer-grpc";
import { expect, test } from "vitest";
import { canonicalFiles } from "../../proto/build/canonical-files.ts";
import { readHttpRules } from "../../proto/build/http-rules.ts";
import { readText } from "../support/source-files.ts";

const files = canonicalFiles([packageDefinition]);
const httpYaml = readText("proto/slimmer_grpc/http.yaml");

test("the rules of http.yaml fit the contract", () => {
  const unary = [MainService, ReaderService]
    .flatMap((service) => Object.values(service))
    .filter(({ requestStream, responseStream }) => !requestStream && !responseStream)
    .map(({ path }) => path.slice(1).replace("/", "."));
  expect([...readHttpRules(httpYaml, files).keys()].sort()).toEqual(unary.sort());
});

test.each([
  [
    "an rpc that does not exist",
    ["selector: slimmer_grpc.Main.ping", "selector: slimmer_grpc.Main.pong"],
    [
      "A rule selects slimmer_grpc.Main.pong, and no rpc is called so.",
      "slimmer_grpc.Main.ping has no rule.",
    ],
  ],
  [
    "a rule without a selector",
    ["selector: slimmer_grpc.Main.ping", "description: nothing"],
    ["A rule has no selector.", "slimmer_grpc.Main.ping has no rule."],
  ],
  [
    "two rules of one rpc",
    ["selector: slimmer_grpc.Main.new_activations", "selector: slimmer_grpc.Main.new_activation"],
    [
      "slimmer_grpc.Main.new_activation has 2 rules: make one, with additional_bindings.",
      "slimmer_grpc.Main.new_activations has no rule.",
    ],
  ],
  [
    "a variable that is no field",
    ["systems/{system_id}/activations:batch", "systems/{system}/activations:batch"],
    [
      "The rule of slimmer_grpc.Main.new_activations has {system} in its path, and its request has no such text or number.",
    ],
  ],
  [
    "a variable that is a message",
    ["post: /v1/ping", "post: /v1/ping/{report}"],
    [
      "The rule of slimmer_grpc.Main.ping has {report} in its path, and its request has no such text or number.",
    ],
  ],
  [
    "a path of an unknown form",
    ["post: /v1/ping", "post: v1/ping"],
    [
      "The rule of slimmer_grpc.Main.ping has the path v1/ping, not one like /plain/{field}/plain:verb.",
    ],
  ],
  [
    "no verb",
    ["post: /v1/ping", ""],
    ["The rule of slimmer_grpc.Main.ping needs exactly one of get, put, post, delete, patch."],
  ],
  [
    "a word it does not know",
    ["post: /v1/ping", "post: /v1/ping\n      response_body: message"],
    ['The rule of slimmer_grpc.Main.ping says "response_body", which nobody here understands.'],
  ],
  [
    "a body that is no field",
    ['post: /v1/ping\n      body: "*"', "post: /v1/ping\n      body: pong"],
    [
      'The rule of slimmer_grpc.Main.ping has the body "pong", which is neither "*" nor a field of its request.',
    ],
  ],
  [
    "two rpcs for one request",
    ["post: /v1/ping", "post: /v1/systems/{system_id}/runs"],
    [
      "POST /v1/systems/{}/runs stands for both slimmer_grpc.Main.ping and slimmer_grpc.Main.new_system_run.",
    ],
  ],
  [
    "another kind of file",
    ["config_version: 3", "config_version: 2"],
    [
      "A gRPC API configuration has `type: google.api.Service`, `config_version: 3` and a list `http.rules`.",
    ],
  ],
])("says what is wrong: %s", (_case, [before, after], sentences) => {
  expect(httpYaml).toContain(before);
  expect(said(httpYaml.replace(before as string, after as string))).toEqual(sentences);
});

test("says where the text is no YAML", () => {
  expect(said("type: [")[0]).toMatch(/^This is no YAML: .*at line 1/);
});

function said(text: string): string[] {
  try {
    readHttpRules(text, files);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}
