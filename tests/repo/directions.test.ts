import { dirname, posix } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, readText } from "../support/source-files.ts";

const PICTURE = "see the picture of the rooms in docs/architecture.md";

/** Which rooms of src/ a room may import; after "types:", only with `import type`. */
const ROOMS: Record<string, string> = {
  processes: "*",
  cli: "processes edge config telemetry kit domain version.ts",
  rpc: "ingest reading store telemetry kit domain types:config",
  web: "reading store telemetry kit domain types:config",
  upkeep: "ingest store telemetry kit domain types:config",
  ingest: "store kit domain types:telemetry",
  reading: "store kit domain types:telemetry",
  store: "kit domain",
  edge: "kit domain types:config",
  // A package of its own.
  client: "",
  // The page: a program of its own, for browsers.
  dashboard: "",
  supervisor: "kit domain",
  embedded: "kit domain",
  telemetry: "kit domain",
  config: "",
  domain: "",
  kit: "",
  "version.ts": "",
};

/** Packages that belong to a few rooms. */
const PACKAGES: Record<string, string> = {
  pg: "store embedded",
  knex: "store",
  "@grpc/grpc-js": "rpc cli processes client",
  "@grpc/grpc-js-xds": "rpc client",
  "slimmer-grpc": "rpc reading web edge cli processes client",
  fastify: "web",
  preact: "dashboard",
  uplot: "dashboard",
  "slimmer-client": "cli",
  yaml: "edge cli",
  "node-forge": "edge",
};

/** Rooms that use hardly any package. */
const FRUGAL: Record<string, string> = { domain: "uuid", kit: "" };

/** The client hands on what gRPC itself looks for there. */
const MAY_READ_ENVIRONMENT = "config cli processes client";

type Import = { room: string; place: string; statement: string; from: string; isType: boolean };

const files = [...filesBelow("src", ".ts"), ...filesBelow("src", ".tsx")];
const imports = files.flatMap(importsOf);

test("every room is in the picture", () => {
  expect(
    files.filter((file) => ROOMS[roomOf(file)] === undefined),
    PICTURE,
  ).toEqual([]);
});

test("rooms import downwards only", () => {
  const wrong = imports.filter(({ room, place, from, isType }) => {
    if (!from.startsWith(".")) return false;
    const target = roomOf(posix.join(dirname(place), from));
    const allowed = ROOMS[room] ?? "";
    return (
      target !== room &&
      allowed !== "*" &&
      !has(allowed, target) &&
      !(isType && has(allowed, `types:${target}`))
    );
  });
  expect(wrong.map(complaint), PICTURE).toEqual([]);
});

test("packages stay in their rooms", () => {
  const wrong = imports.filter(({ room, from }) => {
    if (from.startsWith(".") || from.startsWith("node:")) return false;
    const name = from.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? from;
    const frugal = FRUGAL[room];
    if (frugal !== undefined && !has(frugal, name)) return true;
    const rooms = PACKAGES[name];
    return rooms !== undefined && !has(rooms, room);
  });
  expect(wrong.map(complaint), PICTURE).toEqual([]);
});

test("only the outermost rooms read the environment", () => {
  const wrong = files
    .filter((file) => !has(MAY_READ_ENVIRONMENT, roomOf(file)))
    .flatMap((file) =>
      readText(file)
        .split("\n")
        .map((line, index) => ({ place: `${file}:${index + 1}`, line: line.trim() }))
        .filter(({ line }) => /\bprocess\.env\b/.test(line) && !/^(\*|\/\/|\/\*)/.test(line)),
    );
  expect(wrong, PICTURE).toEqual([]);
});

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function has(list: string, word: string): boolean {
  return list.split(" ").includes(word);
}

function importsOf(file: string): Import[] {
  const text = readText(file);
  const statements = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[\w\s{},*$]*?from\s+"([^"]+)"/gm),
    ...text.matchAll(/\bimport()\s*\(?\s*"([^"]+)"/g),
  ];
  return statements.map((match) => ({
    room: roomOf(file),
    place: `${file}:${text.slice(0, match.index).split("\n").length}`,
    statement: match[0].replace(/\s+/g, " "),
    from: match[2] ?? "",
    isType: Boolean(match[1]),
  }));
}

function complaint({ room, place, statement }: Import): string {
  return `${place} (${room}): ${statement}`;
}
