import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiPath } from "../http-routes.ts";
import { loadRoot } from "../messages.ts";
import { descriptorSetPath, packageDefinition, protoRoot } from "../package.ts";
import { canonicalFiles } from "./canonical-files.ts";
import { descriptorSet } from "./descriptor-set.ts";
import { HttpRulesError } from "./http-rules.ts";
import { openApi } from "./open-api.ts";
import { routesOf } from "./routes.ts";

// Run by the build, once the compiler is through.
const rulesPath = join(protoRoot, "slimmer_grpc", "http.yaml");
try {
  const rules = readFileSync(rulesPath, "utf8");
  writeFileSync(descriptorSetPath, descriptorSet(packageDefinition, rules));
  const routes = routesOf(rules, canonicalFiles([packageDefinition]));
  writeJson(join(protoRoot, "dist", "http-routes.json"), routes);
  const { version } = JSON.parse(readFileSync(join(protoRoot, "package.json"), "utf8"));
  writeJson(openApiPath, openApi(loadRoot(), routes, version));
} catch (error) {
  if (!(error instanceof HttpRulesError)) throw error;
  console.error(`${rulesPath}:\n${error.message}`);
  process.exitCode = 1;
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content, null, 1)}\n`);
}
