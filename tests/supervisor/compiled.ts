import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Compiles `entries` (paths below src/) and what they import into a temporary folder, so that a Node without a
 * TypeScript loader can run them as processes of their own. Returns the folder; the caller removes it.
 */
export function compile(entries: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "slimmer-compiled-"));
  // A process of another user must be able to read it.
  chmodSync(folder, 0o755);
  const config = join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        rootDir: join(ROOT, "src"),
        outDir: folder,
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      files: entries.map((entry) => join(ROOT, "src", entry)),
      include: [],
    }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", config], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return folder;
}
