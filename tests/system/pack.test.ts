import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MainService } from "slimmer-grpc";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRpcServer, type RpcServer } from "../../src/rpc/server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let server: RpcServer;
let address: string;

/** `npm pack` of the shared package, installed in an empty folder, as a stranger would. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stranger-"));
  const { stdout } = await run(
    "npm",
    ["pack", "--workspace", "slimmer-grpc", "--pack-destination", folder, "--json"],
    {
      cwd: root,
    },
  );
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const tarball = join(folder, packed?.filename ?? "");
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], {
    cwd: folder,
  });

  server = createRpcServer({ maxStreams: 10, reflection: false });
  server.add({
    definition: MainService,
    handlers: {
      ping: (call: { request: object }, callback: (error: null, answer: object) => void) =>
        callback(null, call.request),
    } as never,
  });
  address = `127.0.0.1:${await server.listen({ host: "127.0.0.1", port: 0 })}`;
});
afterAll(async () => {
  await server.close({ delayMs: 0, drainMs: 1_000 });
  await rm(folder, { recursive: true, force: true });
});

const CLIENT = `import { credentials, MainClient } from "slimmer-grpc";
const client = new MainClient(process.argv[2] ?? "", credentials.createInsecure());
client.ping({ message: "hello" }, (error, pong) => {
  if (error) throw error;
  console.log(pong?.message);
  client.close();
});
`;

test("the packed contract serves a client in plain JavaScript", async () => {
  await writeFile(join(folder, "client.js"), CLIENT);
  const { stdout } = await run(process.execPath, ["client.js", address], { cwd: folder });
  expect(stdout).toBe("hello\n");
});

test("the packed contract serves a client in strict TypeScript", async () => {
  await writeFile(
    join(folder, "client.mts"),
    `${CLIENT}client.ping({ mesage: "typo" }, () => {});\n`,
  );
  const compile = () =>
    run(
      process.execPath,
      [
        join(root, "node_modules/typescript/bin/tsc"),
        ...["--strict", "--module", "nodenext", "--target", "es2023"],
        ...["--types", "node", "--typeRoots", join(root, "node_modules/@types")],
        ...["--skipLibCheck", "false", "client.mts"],
      ],
      { cwd: folder },
    );
  const complaint = await compile().then(
    () => "nothing",
    (error: { stdout: string }) =>
      error.stdout.split("\n").filter((line) => line.includes("error")),
  );
  expect(complaint).toEqual([expect.stringMatching(/^client.mts\(8,15\).*mesage/)]);

  await writeFile(join(folder, "client.mts"), CLIENT);
  await compile();
  const { stdout } = await run(process.execPath, ["client.mjs", address], { cwd: folder });
  expect(stdout).toBe("hello\n");
});
