import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadSettings } from "../../src/config/load.ts";
import { EDGE_KEYS } from "../../src/config/settings.ts";
import { edgeBootstrap } from "../../src/edge/render.ts";
import { containersOf, type Manifest, manifests } from "../support/chart.ts";
import { run } from "../support/command.ts";
import { readText } from "../support/source-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the kustomize manifests are what the chart gives", async () => {
  await run(process.execPath, ["scripts/render-kubernetes.mjs", "--check"], { cwd: root });
});

test("the rules of Prometheus are the same for compose and the chart", () => {
  expect(readText("helm/slimmer/files/slimmer.rules.yml")).toBe(
    readText("deploy/prometheus/rules/slimmer.rules.yml"),
  );
});

test("every alert has its runbook", () => {
  const { groups } = parse(readText("deploy/prometheus/rules/slimmer.rules.yml"));
  const alerts = groups
    // biome-ignore lint/suspicious/noExplicitAny: the rules are looked at by promtool
    .flatMap(({ rules }: any) => rules)
    // biome-ignore lint/suspicious/noExplicitAny: as above
    .filter(({ alert }: any) => alert);
  expect(alerts.length).toBeGreaterThan(5);
  for (const { alert, annotations } of alerts) {
    expect(annotations.runbook_url, alert).toContain(`docs/runbooks/${alert}.md`);
    expect(readText(`docs/runbooks/${alert}.md`)).toContain(`# ${alert}`);
  }
});

test("the edge of the chart and that of compose differ only in where the servers are", async () => {
  const [chart, compose] = await Promise.all([
    chartEnv().then((env) => edge(env)),
    edge(composeEnv()),
  ]);
  expect(chart).toContain("address: slimmer-serve\n");
  expect(compose).toContain("address: serve\n");
  expect(chart.replaceAll("address: slimmer-serve\n", "address: serve\n")).toBe(compose);
});

/** The bootstrap for an environment. */
async function edge(env: Record<string, string>): Promise<string> {
  return await edgeBootstrap(loadSettings(EDGE_KEYS, env));
}

async function chartEnv(): Promise<Record<string, string>> {
  const deployment = (await manifests([])).find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name === "slimmer-envoy",
  ) as Manifest;
  const render = containersOf(deployment).find(({ args }) => args?.join(" ") === "edge render");
  return Object.fromEntries((render?.env ?? []).map(({ name, value }) => [name, value ?? ""]));
}

/** As compose reads it where nothing is set. */
function composeEnv(): Record<string, string> {
  const { services } = parse(readText("deploy/compose.yaml"), { merge: true });
  const { environment } = services["edge-config"];
  return Object.fromEntries(
    Object.entries(environment as Record<string, string>).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\w+:-([^}]*)\}/g, "$1"),
    ]),
  );
}
