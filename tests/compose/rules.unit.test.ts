import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { filesBelow, ROOT, readText } from "../support/source-files.ts";

const FILE = "deploy/prometheus/rules/slimmer.rules.yml";

type Rule = {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity?: string };
  annotations?: Record<string, string>;
};

const { groups } = parse(readText(FILE)) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule) => rule.alert !== undefined);

test("the chart has the same rules", () => {
  expect(readText("helm/slimmer/files/slimmer.rules.yml"), `copy ${FILE}`).toBe(readText(FILE));
});

test.each(alerts)("$alert says how bad it is, what happened and what to do", (rule) => {
  expect(["critical", "warning"]).toContain(rule.labels?.severity);
  const runbook = `docs/runbooks/${rule.alert}.md`;
  expect(rule.annotations).toEqual({
    summary: expect.stringMatching(/\.$/),
    description: expect.stringMatching(/\.$/),
    runbook_url: runbook,
  });
  expect(existsSync(join(ROOT, runbook)), `write ${runbook}`).toBe(true);
  for (const part of ["Meaning", "Impact", "Diagnosis", "Mitigation"]) {
    expect(readText(runbook)).toContain(`\n**${part}.** `);
  }
});

test("every runbook belongs to an alert", () => {
  const names = alerts.map((rule) => `docs/runbooks/${rule.alert}.md`);
  expect(filesBelow("docs/runbooks", ".md")).toEqual(names.sort());
});

test("the tests of the rules make every alert fire", () => {
  const tests = filesBelow("deploy/prometheus/rules/tests", ".yml").map(readText).join("\n");
  const untested = alerts.filter((rule) => !tests.includes(`alertname="${rule.alert}"`));
  expect(untested.map((rule) => rule.alert)).toEqual([]);
});

test("the metrics of slimmer in the rules are those of docs/metrics.md", () => {
  const known = readText("docs/metrics.md");
  const used = rules.flatMap((rule) => [
    ...rule.expr.matchAll(/(?<![\w:])(?:slimmer|grpc_server)_\w+(?![\w:])/g),
  ]);
  const unknown = used
    .map(([name]) => name.replace(/_(bucket|sum|count)$/, ""))
    .filter((name) => !known.includes(`\`${name}\``));
  expect(unknown).toEqual([]);
});
