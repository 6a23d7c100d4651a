import { expect, test } from "vitest";
import { NODE_ARGS, NODE_ENVIRONMENT } from "../../src/processes/node-args.ts";
import { readText } from "../support/source-files.ts";

const environment = Object.entries(NODE_ENVIRONMENT)
  .map(([name, value]) => `${name}=${value}`)
  .join(" ");

test("the slimmer command starts Node as `slimmer up` does", () => {
  const [firstLine] = readText("src/cli/index.ts").split("\n");
  expect(firstLine).toBe(`#!/usr/bin/env -S ${environment} node ${NODE_ARGS.join(" ")}`);
});

test("the first line of the slimmer command is one that a Linux before 5.1 reads whole", () => {
  const [firstLine = ""] = readText("src/cli/index.ts").split("\n");
  expect(firstLine.length).toBeLessThanOrEqual(127);
});

test("the image starts Node as `slimmer up` does", () => {
  const entryPoint = /^ENTRYPOINT (.*)$/m.exec(readText("Dockerfile"))?.[1] ?? "[]";
  expect(JSON.parse(entryPoint)).toEqual([
    "/usr/local/bin/node",
    ...NODE_ARGS,
    "/app/dist/cli/index.js",
  ]);
  expect(/^ENV (.*)$/m.exec(readText("Dockerfile"))?.[1]).toContain(environment);
});
