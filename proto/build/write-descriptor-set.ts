import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { descriptorSetPath, packageDefinition, protoRoot } from "../package.ts";
import { descriptorSet } from "./descriptor-set.ts";
import { HttpRulesError } from "./http-rules.ts";

// Run by the build, once the compiler is through.
const rulesPath = join(protoRoot, "slimmer_grpc", "http.yaml");
try {
  writeFileSync(
    descriptorSetPath,
    descriptorSet(packageDefinition, readFileSync(rulesPath, "utf8")),
  );
} catch (error) {
  if (!(error instanceof HttpRulesError)) throw error;
  console.error(`${rulesPath}:\n${error.message}`);
  process.exitCode = 1;
}
