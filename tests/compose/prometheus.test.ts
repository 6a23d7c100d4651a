import { mkdtempSync, rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { prometheusImage, promtool } from "../support/prometheus-image.ts";
import { filesBelow, ROOT, readText } from "../support/source-files.ts";

const FOLDER = join(ROOT, "deploy/prometheus");
const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
let image: string;

beforeAll(async () => {
  image = await prometheusImage();
  // Prometheus in the container is somebody else.
  await chmod(folder, 0o755);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("promtool finds the configuration and its rules in order", async () => {
  const said = await promtool(image, FOLDER, ["check", "config", "/etc/prometheus/prometheus.yml"]);
  expect(said).toContain("slimmer.rules.yml");
});

test("the rules do what their tests say", async () => {
  const files = filesBelow("deploy/prometheus/rules/tests", ".yml").map((file) =>
    file.replace("deploy/prometheus", "/etc/prometheus"),
  );
  await promtool(image, FOLDER, ["test", "rules", ...files]);
});

type Discovered = { labels: Record<string, string> }[];

/** Which targets the configuration for Kubernetes makes of such pods. (Not every Prometheus is built with Kubernetes in it.) */
async function targetsOf(...pods: Record<string, string>[]): Promise<Record<string, string>[]> {
  const config = parse(readText("deploy/prometheus/kubernetes.yml"));
  const [scrape] = config.scrape_configs;
  delete scrape.kubernetes_sd_configs;
  scrape.file_sd_configs = [{ files: ["/etc/prometheus/pods.json"] }];
  const groups = pods.map((labels) => ({
    targets: ["10.0.0.7:50051"],
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [`__meta_kubernetes_${name}`, value]),
    ),
  }));
  await writeFile(join(folder, "pods.json"), JSON.stringify(groups));
  await writeFile(join(folder, "kubernetes.yml"), stringify(config));
  const found = await promtool(image, folder, [
    "check",
    "service-discovery",
    "--timeout=2s",
    "/etc/prometheus/kubernetes.yml",
    "slimmer",
  ]);
  return (JSON.parse(found) as Discovered)
    .map(({ labels }) => labels)
    .filter((labels) => Object.keys(labels).length > 0);
}

const ENVOY_POD = {
  namespace: "home",
  pod_name: "slimmer-envoy-1",
  pod_ip: "10.0.0.7",
  pod_phase: "Running",
  pod_label_app_kubernetes_io_component: "envoy",
  pod_annotation_prometheus_io_scrape: "true",
  pod_annotation_prometheus_io_path: "/stats/prometheus",
  pod_annotation_prometheus_io_port: "9465",
};

test("in Kubernetes a pod is scraped where its annotations say", async () => {
  expect(await targetsOf(ENVOY_POD)).toMatchObject([
    {
      __address__: "10.0.0.7:9465",
      __metrics_path__: "/stats/prometheus",
      job: "slimmer-envoy",
      namespace: "home",
      pod: "slimmer-envoy-1",
    },
  ]);
});

test("in Kubernetes a pod with an IPv6 address is scraped too", async () => {
  expect(await targetsOf({ ...ENVOY_POD, pod_ip: "fd00::7" })).toMatchObject([
    { __address__: "[fd00::7]:9465" },
  ]);
});

test("in Kubernetes nothing else is scraped", async () => {
  const { pod_annotation_prometheus_io_scrape: _, ...silent } = ENVOY_POD;
  expect(await targetsOf(silent, { ...ENVOY_POD, pod_phase: "Succeeded" })).toEqual([]);
});
