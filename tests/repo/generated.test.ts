import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { settingsPage } from "../../src/config/settings-page.ts";
import { errorsPage } from "../../src/rpc/errors-page.ts";
import { metricsPage } from "../../src/telemetry/metrics-page.ts";
import { readText } from "../support/source-files.ts";

const proto = fileURLToPath(new URL("../../proto", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "generated-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ADVICE = "run `npm run generate` and commit what it changes";

test.each([
  ["docs/settings.md", settingsPage],
  ["docs/metrics.md", metricsPage],
  ["docs/errors.md", errorsPage],
])("%s is what its table says", async (file, page) => {
  expect(readText(file), ADVICE).toBe(await page());
});

test("the types in proto/generated are those of the proto file", () => {
  const { scripts } = JSON.parse(readText("proto/package.json")) as {
    scripts: { generate: string };
  };
  const [, ...args] = scripts.generate.split(" ");
  const generator = fileURLToPath(
    new URL("../../node_modules/.bin/proto-loader-gen-types", import.meta.url),
  );
  const aside = args.map((arg) => (arg.startsWith("--outDir=") ? `--outDir=${folder}` : arg));
  execFileSync(process.execPath, [generator, ...aside], { cwd: proto });
  expect(textsBelow(folder), ADVICE).toEqual(textsBelow(join(proto, "generated")));
});

function textsBelow(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile());
  return Object.fromEntries(
    files.sort().map((path) => [relative(root, path), readFileSync(path, "utf8")]),
  );
}
