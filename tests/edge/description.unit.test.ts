import { expect, test } from "vitest";
import { resolveDescription } from "../../src/edge/description.ts";

test("fills in settings, of whatever kind", () => {
  const text = "hosts: !setting hosts\nlimit: !setting limit\nplain: 1";
  expect(resolveDescription(text, { hosts: ["a", "b"], limit: { most: 5 } })).toEqual({
    hosts: ["a", "b"],
    limit: { most: 5 },
    plain: 1,
  });
});

test.each([
  [true, { kept: "a", list: ["b"] }],
  [["one"], { kept: "a", list: ["b"] }],
  [{ most: 1 }, { kept: "a", list: ["b"] }],
  [false, { list: [], only: "c" }],
  [undefined, { list: [], only: "c" }],
  [[], { list: [], only: "c" }],
  ["", { list: [], only: "c" }],
])("keeps a node only where its value is there: %j", (there, expected) => {
  const text = "kept: !when:there a\nlist:\n  - !when:there b\nonly: !unless:there c";
  expect(resolveDescription(text, { there })).toEqual(expected);
});

test("leaves out whole mappings, with settings that have no value then", () => {
  const text = "items:\n  - !when:web\n    name: web\n    at: !setting address\n  - name: other";
  expect(resolveDescription(text, { web: false, address: undefined })).toEqual({
    items: [{ name: "other" }],
  });
});

test("merges what is needed twice, and lets the mapping itself win", () => {
  const text = [
    "x-shared: &shared { a: 1, b: 1, host: !setting host }",
    "first: { <<: *shared, b: 2 }",
    "second:",
    "  b: 3",
    "  <<: *shared",
    "again: *shared",
  ].join("\n");
  const shared = { a: 1, b: 1, host: "h" };
  expect(resolveDescription(text, { host: "h" })).toEqual({
    first: { ...shared, b: 2 },
    second: { ...shared, b: 3 },
    again: shared,
  });
});

test("an anchor inside a mapping serves as well", () => {
  const text = "a: { <<: &both { x: 1 }, y: 2 }\nb: { <<: *both }";
  expect(resolveDescription(text, {})).toEqual({ a: { x: 1, y: 2 }, b: { x: 1 } });
});

test("keeps null, false and 0", () => {
  expect(resolveDescription("a: null\nb: false\nc: 0\nd: !setting zero", { zero: 0 })).toEqual({
    a: null,
    b: false,
    c: 0,
    d: 0,
  });
});

test.each([
  ["a setting that is no value", "a: !setting nothing", /names nothing, which is no value/],
  ["a condition that is no value", "a: !when:nothing 1", /names nothing, which is no value/],
  ["a setting without a value", "a: !setting absent", /needs absent, which has no value here/],
  ["a list", "- 1", /must be a mapping/],
  ["text that is no YAML", "a: [1", /./],
  ["an alias to nothing", "a: *nothing", /\*nothing of nothing/],
])("refuses %s", (_what, text, message) => {
  expect(() => resolveDescription(text, { absent: undefined })).toThrow(message);
});
