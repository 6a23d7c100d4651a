import { expect, test } from "vitest";
import { filesBelow } from "../support/source-files.ts";
import { TIERS } from "../support/tiers.mjs";

test("every test file belongs to a tier", () => {
  const folders = TIERS.flatMap((tier) => tier.folders);
  const forgotten = filesBelow("tests", ".test.ts").filter(
    (file) => !file.endsWith(".unit.test.ts") && !folders.includes(file.split("/")[1] ?? ""),
  );
  expect(forgotten, "name their folder in tests/support/tiers.mjs").toEqual([]);
});
