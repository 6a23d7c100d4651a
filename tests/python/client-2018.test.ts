import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PostgresServer, startTemporaryPostgres } from "../support/postgres-server.ts";
import { childEnv, startServerProcess } from "../support/server-process.ts";
import { pythonOf } from "../support/tiers.mjs";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const python = pythonOf(process.env);

let stubs: string;
let postgres: PostgresServer;

beforeAll(async () => {
  stubs = await mkdtemp(join(tmpdir(), "stubs-2018-"));
  await run(python, [
    "-m",
    "grpc_tools.protoc",
    `--proto_path=${here}`,
    `--python_out=${stubs}`,
    `--grpc_python_out=${stubs}`,
    "contract_2018.proto",
  ]);
  postgres = await startTemporaryPostgres();
});

afterAll(async () => {
  await postgres?.stop();
  await rm(stubs, { recursive: true, force: true });
});

test("a Python client with stubs of 2018 works unchanged, and what it sent is stored", async () => {
  const env = { SLIMMER_DATABASE_URL: postgres.url };
  const cli = join(here, "../../dist/cli/index.js");
  await run(process.execPath, [cli, "migrate", "up"], { env: childEnv(env) });
  const server = await startServerProcess({ command: "serve", env });
  try {
    const { stdout } = await run(python, [join(here, "client_2018.py"), server.addresses.grpc], {
      env: { ...process.env, PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1" },
    });

    const { pings, sent, refused } = JSON.parse(stdout);
    expect(pings).toBeGreaterThan(0);
    expect(refused).toEqual({
      "unknown run": "FAILED_PRECONDITION",
      "unknown system": "FAILED_PRECONDITION",
      "run of another system": "FAILED_PRECONDITION",
      "no entity": "INVALID_ARGUMENT",
    });
    expect(await countActivations()).toBe(sent);
  } finally {
    await server.stop();
  }
});

async function countActivations(): Promise<number> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query("select count(*)::int as count from activations");
    return rows[0]?.count;
  } finally {
    await client.end();
  }
}
