import { afterAll, beforeAll, expect, test } from "vitest";
import { CHART, CI_VALUES, render, valuesFile } from "../support/chart.ts";
import { run } from "../support/command.ts";
import { clusterEnv, namespace } from "../support/kubernetes.ts";

const env = clusterEnv();
const space = namespace("slimmer-test-dry-run");

/** What the chart makes for operators that a cluster may lack. */
const CUSTOM: [plural: string, group: string, kind: string, version: string][] = [
  ["clusters", "postgresql.cnpg.io", "Cluster", "v1"],
  ["certificates", "cert-manager.io", "Certificate", "v1"],
  ["podmonitors", "monitoring.coreos.com", "PodMonitor", "v1"],
  ["prometheusrules", "monitoring.coreos.com", "PrometheusRule", "v1"],
  ["tlsroutes", "gateway.networking.k8s.io", "TLSRoute", "v1alpha2"],
];
/** Definitions that were made for these tests, by name. */
const made: string[] = [];

beforeAll(async () => {
  await space.create();
  for (const custom of CUSTOM) await define(custom);
});
afterAll(async () => {
  for (const name of made) await run("kubectl", ["delete", "crd", name], { env });
  await space.remove();
});

test.each(CI_VALUES)("the API server takes every object of %s", async (file) => {
  const rendered = await render([`--namespace=${space.name}`, "--no-hooks", ...valuesFile(file)]);
  const { stdout } = await run(
    "kubectl",
    [`--namespace=${space.name}`, "apply", "--dry-run=server", "--filename=-"],
    { env, input: rendered },
  );
  expect(stdout.match(/\(server dry run\)/g)?.length).toBeGreaterThan(10);
});

test.each(CI_VALUES)("helm installs %s as far as a dry run goes", async (file) => {
  const said = await space.helm(
    "install",
    "slimmer",
    CHART,
    "--dry-run=server",
    ...valuesFile(file),
  );
  expect(said).toContain("STATUS: pending-install");
});

test("the API server takes the kustomize manifests", async () => {
  const base = new URL("../../deploy/kubernetes/base", import.meta.url).pathname;
  const args = [`--namespace=${space.name}`, "apply", "--dry-run=server", "--kustomize", base];
  const { stdout } = await run("kubectl", args, { env });
  expect(stdout).toContain("deployment.apps/slimmer-serve");
});

/** A definition that takes anything, where the cluster has none of its own. */
async function define([plural, group, kind, version]: (typeof CUSTOM)[number]): Promise<void> {
  const name = `${plural}.${group}`;
  const isThere = await run("kubectl", ["get", "crd", name], { env }).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name,
      annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: anything } },
      ],
    },
  };
  await run("kubectl", ["apply", "--filename=-"], { env, input: JSON.stringify(definition) });
  made.push(name);
  await run("kubectl", ["wait", "--for=condition=Established", `crd/${name}`, "--timeout=30s"], {
    env,
  });
}
