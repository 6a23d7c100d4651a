import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../support/command.ts";
import { type PostgresServer, startTemporaryPostgres } from "../support/postgres-server.ts";
import { childEnv, startServerProcess } from "../support/server-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(root, "dist/cli/index.js");
const README = join(root, "src/client/README.md");

let folder: string;
let postgres: PostgresServer;
let server: Awaited<ReturnType<typeof startServerProcess<"serve">>>;

/** `npm pack` of the client and of what it shares with the server, installed in an empty folder, as a stranger would. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stranger-"));
  const workspaces = ["--workspace", "slimmer-grpc", "--workspace", "slimmer-client"];
  await run("npm", ["pack", ...workspaces, "--pack-destination", folder], { cwd: root });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await run(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      ...tarballs.map((name) => `./${name}`),
    ],
    { cwd: folder },
  );
  postgres = await startTemporaryPostgres();
  const env = { SLIMMER_DATABASE_URL: postgres.url };
  await run(process.execPath, [CLI, "migrate", "up"], { env: childEnv(env) });
  server = await startServerProcess({ command: "serve", env });
});

afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The example of the README, but for its port. */
async function exampleFor(address: string): Promise<string> {
  const [, code] = (await readFile(README, "utf8")).match(/```js\n([\s\S]*?)```/) ?? [];
  expect(code).toContain("127.0.0.1:50051");
  return (code ?? "").replace("127.0.0.1:50051", address);
}

test("the ten lines of the README work with the packed client, and what they fire is stored", async () => {
  const example = await exampleFor(server.addresses.grpc);
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  await writeFile(join(folder, "example.js"), example);

  const { stdout } = await run(process.execPath, ["example.js"], { cwd: folder });

  const [, id] = stdout.match(/^([0-9a-f-]{36}) is stored\n$/) ?? [];
  expect(await storedIds()).toEqual([id]);
  // Nothing is left of what the server has.
  expect(await readdir(join(folder, "spool/segments"))).toEqual([]);
  expect(await readdir(join(folder, "spool/runs"))).toEqual([]);
});

test("the packed client is typed strictly, and knows a wrong option", async () => {
  const example = await exampleFor(server.addresses.grpc);
  const compile = async (code: string) => {
    await writeFile(join(folder, "example.mts"), code);
    const args = [
      join(root, "node_modules/typescript/bin/tsc"),
      ...["--strict", "--module", "nodenext", "--target", "es2023", "--noEmit"],
      ...["--types", "node", "--typeRoots", join(root, "node_modules/@types")],
      ...["--skipLibCheck", "false", "example.mts"],
    ];
    return run(process.execPath, args, { cwd: folder }).then(
      () => "",
      (error: Error) => error.message,
    );
  };

  expect(await compile(example)).toBe("");
  expect(await compile(example.replace("systemId:", "system:"))).toMatch(/'system' does not exist/);
});

test("a client brings no database, and nothing of the server", async () => {
  const packages = await readdir(join(folder, "node_modules"));
  expect(packages).toContain("slimmer-client");
  expect(packages.filter((name) => ["knex", "pg", "slimmer", "pino"].includes(name))).toEqual([]);

  const { dependencies } = JSON.parse(
    await readFile(join(folder, "node_modules/slimmer-client/package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(["@grpc/grpc-js", "@grpc/grpc-js-xds", "slimmer-grpc"]);
});

async function storedIds(): Promise<string[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      "select activation_id as id from activations",
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
