import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { descriptorSetPath } from "slimmer-grpc";
import { stringify } from "yaml";
import type { EdgeSettings } from "../config/settings.ts";
import { resolveDescription } from "./description.ts";
import { edgeFiles, edgeValues } from "./values.ts";

const DESCRIPTIONS = new URL("../../envoy/", import.meta.url);

/** Envoy's bootstrap for these settings, as YAML. Throws an EdgeError where they contradict each other. */
export async function edgeBootstrap(settings: EdgeSettings): Promise<string> {
  return await resolved("envoy.yaml", settings);
}

/**
 * Writes what Envoy reads into SLIMMER_EDGE_CONFIG_DIR, each file in one step: the bootstrap, where it finds its
 * certificates, and the descriptor set of the JSON API. Resolves to the path of the bootstrap.
 */
export async function renderEdge(settings: EdgeSettings): Promise<string> {
  const files = edgeFiles(settings.edgeConfigDir ?? "");
  const bootstrap = await edgeBootstrap(settings);
  await mkdir(dirname(files.certificateSds), { recursive: true });
  await copyFile(descriptorSetPath, files.descriptorSet);
  await put(files.certificateSds, await resolved("sds/certificate.yaml", settings));
  if (settings.edgeDeviceHosts.length > 0) {
    await put(files.deviceCaSds, await resolved("sds/device-ca.yaml", settings));
  }
  await put(files.bootstrap, bootstrap);
  return files.bootstrap;
}

async function resolved(name: string, settings: EdgeSettings): Promise<string> {
  const text = await readFile(new URL(name, DESCRIPTIONS), "utf8");
  // Without anchors: what is needed twice is written twice, so that a reader sees what Envoy sees.
  return stringify(resolveDescription(text, edgeValues(settings)), {
    aliasDuplicateObjects: false,
  });
}

async function put(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
