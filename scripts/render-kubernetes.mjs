// Renders deploy/kubernetes/base/slimmer.yaml from the chart, for those without Helm. With --check it writes nothing and
// fails if the file is not what the chart gives. HELM names another helm.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}deploy/kubernetes/base/slimmer.yaml`;
const rendered = withoutHelm(
  execFileSync(
    process.env.HELM || "helm",
    [
      ...["template", "slimmer", `${root}helm/slimmer`],
      ...["--values", `${root}deploy/kubernetes/values.yaml`],
    ],
    { encoding: "utf8" },
  ),
);

if (!process.argv.includes("--check")) {
  writeFileSync(file, rendered);
} else if (readFileSync(file, "utf8") !== rendered) {
  console.error(
    "deploy/kubernetes/base/slimmer.yaml is not what the chart gives: npm run render:kubernetes",
  );
  process.exitCode = 1;
}

/** The manifests without what only Helm needs; the namespace is for kustomize or kubectl to choose. */
function withoutHelm(manifests) {
  const lines = manifests
    .split("\n")
    .filter(
      (line) =>
        !/^ {2}namespace: |^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): /.test(line),
    )
    .map((line) =>
      line.replace(/^# Source: slimmer\/templates\//, "# from helm/slimmer/templates/"),
    );
  return `# Rendered from helm/slimmer by \`npm run render:kubernetes\`; a test compares the two. Change the chart, not this.\n${lines.join("\n").trimEnd()}\n`;
}
