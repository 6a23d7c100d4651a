import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, seen from bench/ as well as from bench/dist/, where the compiled files run. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** What users run. */
export const CLI = join(ROOT, "dist/cli/index.js");

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package-lock.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("these files lie outside of their repository");
  return findRoot(parent);
}
