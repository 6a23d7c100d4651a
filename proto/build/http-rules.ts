import { parseDocument } from "yaml";
import {
  type FieldDescriptor,
  type FileDescriptor,
  LABEL_REPEATED,
  type MethodDescriptor,
  methodsOf,
  TYPE_MESSAGE,
} from "./descriptors.ts";

const VERBS = ["get", "put", "post", "delete", "patch"] as const;

type Verb = (typeof VERBS)[number];
type Binding = { [verb in Verb]?: string } & { body?: string };

/** A google.api.HttpRule, without the selector. */
export type HttpRule = Binding & { additional_bindings?: Binding[] };

type Selected = HttpRule & { selector: string };

/** What is wrong with the rules: each line a sentence. */
export class HttpRulesError extends Error {
  override readonly name = "HttpRulesError";
}

/** Segments, each plain or one variable, and a verb at the end: as much of a path template as slimmer needs. */
const PATH = /^(\/([a-z0-9_.-]+|\{[a-z0-9_]+\}))+(:[a-z]+)?$/;

/**
 * Reads a gRPC API configuration: the rules by the full names of their rpcs. Checks them against the services in `files`,
 * and throws one HttpRulesError with everything that is wrong.
 */
export function readHttpRules(
  text: string,
  files: readonly FileDescriptor[],
): Map<string, HttpRule> {
  const rules = rulesOf(text);
  const methods = methodsOf(files);
  const problems = [
    ...rules.flatMap((rule) => problemsOfRule(rule, files)),
    ...problemsOfSelectors(rules, methods),
    ...problemsOfRequests(rules),
  ];
  if (problems.length > 0) throw new HttpRulesError(problems.join("\n"));
  return new Map(rules.map(({ selector, ...rule }) => [selector, rule]));
}

function rulesOf(text: string): Selected[] {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new HttpRulesError(`This is no YAML: ${error.message.trimEnd()}`);
  const { type, config_version, http } = (document.toJS() ?? {}) as Record<string, unknown>;
  const { rules } = (http ?? {}) as Record<string, unknown>;
  if (type !== "google.api.Service" || config_version !== 3 || !Array.isArray(rules)) {
    throw new HttpRulesError(
      "A gRPC API configuration has `type: google.api.Service`, `config_version: 3` and a list `http.rules`.",
    );
  }
  return rules;
}

function problemsOfRule(rule: Selected, files: readonly FileDescriptor[]): string[] {
  const { selector, additional_bindings = [], ...first } = rule;
  if (!selector) return ["A rule has no selector."];
  const method = methodsOf(files).get(selector);
  if (!method) return [`A rule selects ${selector}, and no rpc is called so.`];
  const fields = fieldsOf(method.input_type, files);
  return [first, ...additional_bindings]
    .flatMap((binding) => problemsOfBinding(binding, fields))
    .map((problem) => `The rule of ${selector} ${problem}.`);
}

function problemsOfBinding(binding: Binding, fields: readonly FieldDescriptor[]): string[] {
  const strange = Object.keys(binding).filter((key) => key !== "body" && !isVerb(key));
  if (strange.length > 0) return [`says "${strange.join(", ")}", which nobody here understands`];
  const [path, ...others] = VERBS.flatMap((verb) => binding[verb] ?? []);
  if (path === undefined || others.length > 0) return [`needs exactly one of ${VERBS.join(", ")}`];
  if (!PATH.test(path)) return [`has the path ${path}, not one like /plain/{field}/plain:verb`];
  const { body = "*" } = binding;
  return [
    ...variablesOf(path)
      .filter((name) => !fields.some((field) => field.name === name && fitsInPath(field)))
      .map((name) => `has {${name}} in its path, and its request has no such text or number`),
    ...(body === "*" || fields.some(({ name }) => name === body)
      ? []
      : [`has the body "${body}", which is neither "*" nor a field of its request`]),
  ];
}

function problemsOfSelectors(
  rules: readonly Selected[],
  methods: Map<string, MethodDescriptor>,
): string[] {
  return [...methods].flatMap(([name, { client_streaming, server_streaming }]) => {
    const isStream = client_streaming || server_streaming;
    const { length } = rules.filter(({ selector }) => selector === name);
    if (length > 1) return [`${name} has ${length} rules: make one, with additional_bindings.`];
    return length === 0 && !isStream ? [`${name} has no rule.`] : [];
  });
}

/** Two rules for one request: Envoy would refuse to start. */
function problemsOfRequests(rules: readonly Selected[]): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const rule of rules) {
    for (const request of requestsOf(rule)) {
      const owner = owners.get(request);
      if (owner) problems.push(`${request} stands for both ${owner} and ${rule.selector}.`);
      owners.set(request, rule.selector);
    }
  }
  return problems;
}

function requestsOf({ additional_bindings = [], ...first }: HttpRule): string[] {
  return [first, ...additional_bindings].flatMap((binding) =>
    VERBS.filter((verb) => binding[verb] !== undefined).map(
      (verb) => `${verb.toUpperCase()} ${binding[verb]?.replace(/\{\w+\}/g, "{}")}`,
    ),
  );
}

function fieldsOf(typeName: string, files: readonly FileDescriptor[]): readonly FieldDescriptor[] {
  for (const file of files) {
    for (const type of file.message_type) {
      if (`.${file.package}.${type.name}` === typeName) return type.field ?? [];
    }
  }
  return [];
}

function isVerb(key: string): key is Verb {
  return (VERBS as readonly string[]).includes(key);
}

function variablesOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

function fitsInPath({ type, label }: FieldDescriptor): boolean {
  return type !== TYPE_MESSAGE && label !== LABEL_REPEATED;
}
