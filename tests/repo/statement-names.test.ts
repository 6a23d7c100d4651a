import { expect, test } from "vitest";
import { filesBelow, readText } from "../support/source-files.ts";

/** `name: "…"` of a statement; names that are made from a pattern have a text for each as well. */
const NAME = /\bname: ["`]([^"`]+)["`]|\bsized\("([^"]+)"/g;

test("each prepared statement has a name of its own", () => {
  const places = new Map<string, string[]>();
  for (const file of filesBelow("src/store", ".ts")) {
    // Migrations have names too, and prepare nothing.
    if (file.startsWith("src/store/migrations/")) continue;
    for (const [, plain, sized] of readText(file).matchAll(NAME)) {
      const name = plain ?? sized ?? "";
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  expect(places.size).toBeGreaterThan(40);
  const shared = [...places].filter(([, files]) => files.length > 1);
  expect(shared, "one connection refuses the second text of a name").toEqual([]);
});
