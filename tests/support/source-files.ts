import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Made by npm and the compiler. */
const NO_SOURCES = /(^|\/)(node_modules|dist)\//;

/**
 * The files below a folder of the repository that end in `ending`, as paths from its top with forward slashes; not what is
 * installed or built there.
 */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(ending) && !NO_SOURCES.test(path))
    .map((path) => `${folder}/${path}`)
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
