import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** What an import of the built package leaves behind. */
const PROGRAM = `
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
const before = process.getActiveResourcesInfo();
await import("slimmer-client");
// Node itself closes the files that it has read.
await pause(50);
const after = process.getActiveResourcesInfo();
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ before, after, xds: loaded.filter((path) => path.includes("grpc-js-xds")) }));
`;

test("importing the package opens nothing, starts no timer, and loads nothing of xDS", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    encoding: "utf8",
    // Whoever looks at process.stderr opens it: no pipe.
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { before, after, xds } = JSON.parse(output);

  expect(after.sort()).toEqual(before.sort());
  expect(xds).toEqual([]);
});
