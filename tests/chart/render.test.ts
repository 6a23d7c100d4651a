import { expect, test } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import {
  CHART,
  CI_VALUES,
  containersOf,
  manifests,
  refusal,
  render,
  valuesFile,
} from "../support/chart.ts";
import { run } from "../support/command.ts";
import { readText } from "../support/source-files.ts";

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
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  expect(named("Service", "slimmer-envoy")?.spec.ports).toMatchObject([{ port: 443 }]);
  expect(named("Service", "slimmer-serve")?.spec).toMatchObject({
    clusterIP: "None",
    ports: [{ port: 50051 }],
  });
  expect(named("Service", "slimmer-postgres")).toBeDefined();
  expect(Object.keys(named("Secret", "slimmer-edge-tls")?.data).sort()).toEqual([
    "ca.crt",
    "tls.crt",
    "tls.key",
  ]);
  const [serve] = containersOf(named("Deployment", "slimmer-serve") as never).slice(-1);
  expect(serve?.image).toBe("r.example/slimmer:9");
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
  ["a web process, which there is not yet", ["--set", "web.enabled=true"], /web/],
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
