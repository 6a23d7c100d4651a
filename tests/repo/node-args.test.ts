import { expect, test } from "vitest";
import { NODE_ARGS } from "../../src/processes/node-args.ts";
import { readText } from "../support/source-files.ts";

test("the slimmer command starts Node as `slimmer up` does", () => {
  const [firstLine] = readText("src/cli/index.ts").split("\n");
  expect(firstLine).toBe(`#!/usr/bin/env -S node ${NODE_ARGS.join(" ")}`);
});

test("the image starts Node as `slimmer up` does", () => {
  const entryPoint = /^ENTRYPOINT (.*)$/m.exec(readText("Dockerfile"))?.[1] ?? "[]";
  expect(JSON.parse(entryPoint)).toEqual([
    "/usr/local/bin/node",
    ...NODE_ARGS,
    "/app/dist/cli/index.js",
  ]);
});
