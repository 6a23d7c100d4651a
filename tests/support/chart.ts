import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { run } from "./command.ts";

export const CHART = fileURLToPath(new URL("../../helm/slimmer", import.meta.url));

/** The files of values that the chart is tried with; each is an example as well. */
export const CI_VALUES = readdirSync(`${CHART}/ci`).sort();

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own
  [rest: string]: any;
};

export function valuesFile(name: string): string[] {
  return ["--values", `${CHART}/ci/${name}`];
}

/** What `helm template` gives, as text. Throws with what helm says. */
export async function render(args: readonly string[], release = "slimmer"): Promise<string> {
  const { stdout } = await run("helm", ["template", release, CHART, ...args]);
  return stdout;
}

export async function manifests(args: readonly string[], release?: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await render(args, release));
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw problem;
    const manifest = document.toJS() as Manifest | null;
    return manifest ? [manifest] : [];
  });
}

/** What helm says where it must refuse. */
export async function refusal(...args: string[]): Promise<string> {
  const said = await render(args).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (said === undefined)
    throw new Error(`helm rendered ${args.join(" ")}; a refusal was expected`);
  return said;
}

/** Every container of the pods that a manifest makes. */
export function containersOf({ kind, spec }: Manifest): {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string }[];
}[] {
  const pod = kind === "Pod" ? spec : spec?.template?.spec;
  return pod ? [...(pod.initContainers ?? []), ...pod.containers] : [];
}
