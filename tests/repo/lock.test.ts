import { expect, test } from "vitest";
import { readText } from "../support/source-files.ts";

const KINDS = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
] as const;

type Manifest = Partial<Record<(typeof KINDS)[number], Record<string, string>>> & {
  name: string;
  version: string;
  workspaces?: string[];
};
type Locked = Partial<Manifest> & { resolved?: string };

const packages: Record<string, Locked> = JSON.parse(readText("package-lock.json")).packages;
const root: Manifest = JSON.parse(readText("package.json"));
const manifests: [string, Manifest][] = [
  ["", root],
  ...(root.workspaces ?? []).map((folder): [string, Manifest] => [
    folder,
    JSON.parse(readText(`${folder}/package.json`)),
  ]),
];

test.each(manifests)("the lock file is in step with package.json of '%s'", (folder, manifest) => {
  const facts = ({ name, version, ...rest }: Partial<Manifest>) => ({
    name,
    version,
    ...Object.fromEntries(KINDS.map((kind) => [kind, rest[kind] ?? {}])),
  });
  expect(facts(packages[folder] ?? {}), "run `npm install`").toEqual(facts(manifest));
});

test.each(manifests)("package.json of '%s' names exact versions", (_folder, manifest) => {
  const inexact = KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {})).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version),
  );
  expect(inexact).toEqual([]);
});

// Two copies of grpc-js break `instanceof` between them; two of protobufjs double its memory.
test.each(["@grpc/grpc-js", "protobufjs"])("there is exactly one %s", (name) => {
  const copies = Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));
  expect(copies).toEqual([`node_modules/${name}`]);
});

// npm leaves them out when it can't find them, or finds some in node_modules; `npm ci` then refuses the lock file.
test("the lock file has the optional packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing, "make the lock file anew, without node_modules").toEqual([]);
});

test("the lock file names no registry", () => {
  const resolved = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes(":"));
  expect(resolved).toEqual([]);
});
