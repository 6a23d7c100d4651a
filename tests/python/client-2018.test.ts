import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../support/command.ts";
import { type PostgresServer, startTemporaryPostgres } from "../support/postgres-server.ts";
import { type Client2018, makeClient2018, REFUSED_IN_2018 } from "../support/python-2018.ts";
import { childEnv, startServerProcess } from "../support/server-process.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));

let client: Client2018;
let postgres: PostgresServer;

beforeAll(async () => {
  client = await makeClient2018();
  postgres = await startTemporaryPostgres();
});

afterAll(async () => {
  await postgres?.stop();
  await client?.remove();
});

test("a Python client with stubs of 2018 works unchanged, and what it sent is stored", async () => {
  const env = { SLIMMER_DATABASE_URL: postgres.url };
  await run(process.execPath, [CLI, "migrate", "up"], { env: childEnv(env) });
  const server = await startServerProcess({ command: "serve", env });
  try {
    const { pings, sent, refused } = await client.run(server.addresses.grpc);
    expect(pings).toBeGreaterThan(0);
    expect(refused).toEqual(REFUSED_IN_2018);
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
