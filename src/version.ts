import { readFileSync } from "node:fs";

type PackageFile = { version: string };

/** The version in package.json, the one place that has it. */
export const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as PackageFile;
