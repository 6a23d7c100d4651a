import { expect, test } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import {
  CHART,
  CI_VALUES,
  containersOf,
  type Manifest,
  manifests,
  refusal,
  render,
  valuesFile,
} from "../support/chart.ts";
import { run } from "../support/command.ts";
import { readText } from "../support/source-files.ts";

function named(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`the chart has no ${kind} ${name}`);
  return found;
}

test.each(CI_VALUES)("helm lint --strict has nothing to say about %s", async (file) => {
  const { stdout } = await run("helm", ["lint", "--strict", CHART, ...valuesFile(file)]);
  expect(stdout).toContain("0 chart(s) failed");
});

test.each(CI_VALUES)("%s is rendered as good YAML, each object once", async (file) => {
  const objects = await manifests(valuesFile(file));
  expect(objects.length).toBeGreaterThan(10);
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("rendered twice it is the same where every secret is given", async () => {
  const args = valuesFile("gitops-values.yaml");
  expect(await render(args)).toBe(await render(args));
});

test("the names that others rely on", async () => {
  const objects = await manifests(["--set", "image.repository=r.example/slimmer,image.tag=9"]);
  expect(named(objects, "Service", "slimmer-envoy").spec.ports).toMatchObject([{ port: 443 }]);
  expect(named(objects, "Service", "slimmer-serve").spec).toMatchObject({
    clusterIP: "None",
    ports: [{ port: 50051 }],
  });
  named(objects, "Service", "slimmer-postgres");
  expect(Object.keys(named(objects, "Secret", "slimmer-edge-tls").data).sort()).toEqual([
    "ca.crt",
    "tls.crt",
    "tls.key",
  ]);
  const [serve] = containersOf(named(objects, "Deployment", "slimmer-serve")).slice(-1);
  expect(serve?.image).toBe("r.example/slimmer:9");
});

test("the dashboard is there by default, behind the web host alone", async () => {
  const objects = await manifests([]);
  const web = (kind: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === "slimmer-web");
  const [container] = containersOf(web("Deployment") as Manifest).slice(-1);
  const env = new Map(container?.env?.map(({ name, value }) => [name, value]));
  expect(container?.args).toEqual(["web"]);
  expect(env.get("SLIMMER_WEB_LISTEN")).toBe("0.0.0.0:8080");
  expect(web("Deployment")?.spec.replicas).toBe(2);
  expect(web("PodDisruptionBudget")?.spec).toMatchObject({ maxUnavailable: 1 });
  expect(web("Service")?.spec).toMatchObject({ clusterIP: "None", ports: [{ port: 8080 }] });
  const [fromEnvoy] = web("NetworkPolicy")?.spec.ingress ?? [];
  expect(fromEnvoy.from[0].podSelector.matchLabels).toMatchObject({
    "app.kubernetes.io/component": "envoy",
  });
  expect(await render([])).toContain(
    "name: SLIMMER_EDGE_WEB\n              value: slimmer-web:8080",
  );
});

test("a pod gets the time that its drain delay takes, and is told of it", async () => {
  const objects = await manifests(["--set", "web.drainDelaySeconds=60,serve.drainDelaySeconds=70"]);
  for (const [component, delaySeconds, closeSeconds] of [
    ["web", 60, 15],
    ["serve", 70, 20 + 15],
  ] as const) {
    const { spec } = named(objects, "Deployment", `slimmer-${component}`);
    const pod = spec.template.spec;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(delaySeconds + closeSeconds);
    const [container] = pod.containers;
    expect(container.env).toContainEqual({
      name: "SLIMMER_DRAIN_DELAY",
      value: `${delaySeconds}s`,
    });
  }
});

test("Envoy finds pods that are not ready, too: it asks each itself", async () => {
  const objects = await manifests([]);
  for (const component of ["serve", "web"]) {
    const { spec } = named(objects, "Service", `slimmer-${component}`);
    expect(spec, component).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  }
});

test("the way to a new PostgreSQL leaves nobody who would make a schema before the data is back", async () => {
  const upgrading = readText("helm/slimmer/UPGRADING.md");
  const anew = /^helm upgrade .*postgres\.image\.tag=.*replicas=0.*$/m.exec(upgrading)?.[0] ?? "";
  const values = [...anew.matchAll(/--set \S+/g)].flatMap(([words]) => words.split(" "));
  const migrating = (await manifests(values)).filter(
    ({ kind, spec }) => kind === "Deployment" && spec.template.spec.initContainers,
  );
  const replicas = migrating
    .filter((object) => containersOf(object).some(({ args }) => args?.[0] === "migrate"))
    .map(({ metadata, spec }) => [metadata.name, spec.replicas]);
  expect(replicas.sort()).toEqual([
    ["slimmer-keeper", 0],
    ["slimmer-serve", 0],
    ["slimmer-web", 0],
  ]);
  const [stopped] = /^kubectl scale .*--replicas=0$/m.exec(upgrading) ?? [];
  for (const [name] of replicas) expect(stopped).toContain(`deployment/${name} `);
});

test("without the dashboard nothing of it is left", async () => {
  const text = await render(["--set", "web.enabled=false"]);
  expect(text).not.toContain("slimmer-web");
  expect(text).not.toContain("component: web");
  expect(text).not.toContain("SLIMMER_EDGE_WEB\n");
});

test("serve and web judge silence alike", async () => {
  const objects = await manifests(["--set", "silentAfter=10m"]);
  for (const name of ["slimmer-serve", "slimmer-web"]) {
    const deployment = objects.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === name,
    ) as Manifest;
    const [container] = containersOf(deployment).slice(-1);
    const silentAfter = container?.env?.find((entry) => entry.name === "SLIMMER_SILENT_AFTER");
    expect(silentAfter?.value, name).toBe("10m");
  }
});

test("the PodMonitor finds the metrics of every process", async () => {
  const objects = await manifests(valuesFile("monitoring-values.yaml"));
  const monitor = objects.find(({ kind }) => kind === "PodMonitor") as Manifest;
  const scraped = monitor.spec.podMetricsEndpoints.map(({ port }: { port: string }) => port);
  for (const component of ["serve", "web", "keeper", "envoy"]) {
    const { spec } = objects.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === `slimmer-${component}`,
    ) as Manifest;
    const { containers, initContainers = [] } = spec.template.spec;
    const ports = [...containers, ...initContainers].flatMap(({ ports: own = [] }) => own);
    expect(
      ports.some(({ name }: { name: string }) => scraped.includes(name)),
      component,
    ).toBe(true);
    expect(spec.template.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
  }
});

test("the boards of Grafana carry the label that its sidecar looks for", async () => {
  const args = ["--set", "monitoring.grafanaDashboards.enabled=true"];
  const objects = await manifests([
    ...args,
    "--set",
    "monitoring.grafanaDashboards.labels.team=ops",
  ]);
  const boards = objects.find(({ metadata }) => metadata.name === "slimmer-grafana-dashboards");
  expect(boards?.kind).toBe("ConfigMap");
  expect(boards?.metadata).toMatchObject({ labels: { grafana_dashboard: "1", team: "ops" } });
  expect(await render([])).not.toContain("grafana");
});

test("another release has its own names, and long ones fit", async () => {
  const long = "a-release-with-a-name-of-fifty-three-characters-in-all";
  for (const release of ["foo", long.slice(0, 53)]) {
    const names = (await manifests([], release)).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.length > 63)).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(5);
  }
});

test.each(CI_VALUES)("%s sets settings that exist, to values that are allowed", async (file) => {
  const known = new Map(Object.values(SETTINGS).map((setting) => [setting.env as string, setting]));
  for (const object of await manifests(valuesFile(file))) {
    for (const { name: container, env = [] } of containersOf(object)) {
      for (const { name, value } of env.filter((entry) => entry.name.startsWith("SLIMMER_"))) {
        const setting = known.get(name) ?? known.get(name.replace(/_FILE$/, ""));
        expect(setting, `${object.metadata.name}/${container}: ${name}`).toBeDefined();
        if (value !== undefined && !name.endsWith("_FILE")) setting?.parse(value);
      }
    }
  }
});

test("no pod gets the addresses of Services into its environment, or a token", async () => {
  const pods = (await manifests(valuesFile("ha-values.yaml"))).filter(
    (object) => containersOf(object).length > 0,
  );
  for (const { kind, metadata, spec } of pods) {
    const pod = kind === "Pod" ? spec : spec.template.spec;
    expect(pod, metadata.name).toMatchObject({
      enableServiceLinks: false,
      automountServiceAccountToken: false,
    });
  }
});

test.each([
  ["a value that does not exist", ["--set", "replica=3"], /replica/],
  ["a number that is no number", ["--set", "serve.replicas=many"], /replicas/],
  ["an unknown kind of database", ["--set", "postgres.mode=sqlite"], /postgres\.mode|mode/],
  [
    "an external database without a host",
    ["--set", "postgres.mode=external"],
    /postgres\.external/,
  ],
  ["GitOps without secrets", ["--set", "gitops=true"], /existingSecret/],
  ["a hook with the bundled database", ["--set", "migrations.mode=hook"], /hook/],
  [
    "device hosts without their authorities",
    ["--set", "envoy.deviceHosts={d.example}"],
    /deviceCa/,
  ],
  [
    "the same name for two hosts",
    ["--set", "hosts.web=grpc.slimmer.local"],
    /grpc\.slimmer\.local/,
  ],
  [
    "two sources of the certificate",
    ["--set", "tls.existingSecret=a,tls.certManager.enabled=true,tls.certManager.issuerRef.name=b"],
    /tls/,
  ],
])("%s is refused with a sentence", async (_, args, sentence) => {
  expect(await refusal(...args)).toMatch(sentence);
});

test("the chart, the package and the contract have one version", () => {
  const { version } = JSON.parse(readText("package.json"));
  expect(JSON.parse(readText("proto/package.json")).version).toBe(version);
  const chart = readText("helm/slimmer/Chart.yaml");
  expect(chart).toMatch(new RegExp(`^version: ${version}$`, "m"));
  expect(chart).toMatch(new RegExp(`^appVersion: "?${version}"?$`, "m"));
});
