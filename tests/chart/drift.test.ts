import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadSettings } from "../../src/config/load.ts";
import { EDGE_KEYS } from "../../src/config/settings.ts";
import { edgeBootstrap } from "../../src/edge/render.ts";
import { containersOf, type Manifest, manifests, valuesFile } from "../support/chart.ts";
import { run } from "../support/command.ts";
import { filesBelow, readText } from "../support/source-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the kustomize manifests are what the chart gives", async () => {
  await run(process.execPath, ["scripts/render-kubernetes.mjs", "--check"], { cwd: root });
});

test("the rules of Prometheus are the same for compose and the chart", () => {
  expect(readText("helm/slimmer/files/slimmer.rules.yml")).toBe(
    readText("deploy/prometheus/rules/slimmer.rules.yml"),
  );
});

test("the boards of Grafana are the same for compose and the chart", async () => {
  const boards = filesBelow("deploy/grafana", ".json");
  expect(boards.length).toBeGreaterThan(0);
  expect(filesBelow("helm/slimmer/files/grafana", ".json").map(nameOf)).toEqual(boards.map(nameOf));
  const objects = await manifests(valuesFile("monitoring-values.yaml"));
  const { data } = objects.find(({ metadata }) => metadata.name === BOARDS) as Manifest;
  for (const board of boards) {
    const text = readText(board);
    expect(readText(`helm/slimmer/files/grafana/${nameOf(board)}`)).toBe(text);
    expect(data[nameOf(board)]).toBe(text);
  }
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
  for (const server of ["serve", "web"]) {
    expect(chart).toContain(`address: slimmer-${server}\n`);
    expect(compose).toContain(`address: ${server}\n`);
  }
  expect(chart.replaceAll(/address: slimmer-(serve|web)\n/g, "address: $1\n")).toBe(compose);
});

const BOARDS = "slimmer-grafana-dashboards";

function nameOf(file: string): string {
  return basename(file);
}

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
