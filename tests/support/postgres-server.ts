import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { startEmbeddedPostgres } from "../../src/embedded/cluster.ts";
import { RUN_LABEL } from "./leftovers.mjs";
import { POSTGRES_IMAGE } from "./tiers.mjs";

/** A PostgreSQL for tests; its user may create databases. */
export type PostgresServer = { readonly url: string; stop(): Promise<void> };

/** Of this run of the tests; `npm test` chooses it, so that it can clean up after a crash. */
export const RUN_ID = process.env.SLIMMER_TEST_RUN ?? randomBytes(4).toString("hex");

/** The data of a test is thrown away: no wait for the disk. What a crash does to it is the matter of the machine tier. */
const HASTY = { fsync: "off", full_page_writes: "off", max_connections: "300" };

const STARTERS: Record<string, () => Promise<PostgresServer>> = {
  "postgres-url": async () => ({
    url: process.env.SLIMMER_TEST_DATABASE_URL ?? "",
    stop: async () => {},
  }),
  "postgres-container": startContainer,
  "postgres-embedded": startTemporaryPostgres,
};

/** The server of a database tier. */
export function startPostgresServer(tier: string): Promise<PostgresServer> {
  const start = STARTERS[tier];
  if (!start) throw new Error(`the tier ${tier} has no database`);
  return start();
}

async function startContainer(): Promise<PostgresServer> {
  // Ryuk, which removes forgotten containers, is an image more to pull; our own teardown and `npm test` do its work.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  const settings = Object.entries(HASTY).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const container = await new PostgreSqlContainer(POSTGRES_IMAGE)
    .withCommand(["postgres", ...settings])
    .withLabels({ [RUN_LABEL]: RUN_ID })
    .start();
  return {
    url: container.getConnectionUri(),
    stop: async () => {
      await container.stop();
    },
  };
}

/** An embedded PostgreSQL in a temporary folder that `stop` removes; it does not survive a crash of the machine. */
export async function startTemporaryPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  await chmod(folder, 0o755); // under root, PostgreSQL runs as another user, who must get through
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const cluster = await startEmbeddedPostgres({
      dataDir: join(folder, "data"),
      port: 0,
      settings: HASTY,
      // What tests do on purpose, PostgreSQL reports as errors.
      log: { info: () => {}, warn: () => {} },
    });
    return {
      url: cluster.url,
      stop: async () => {
        await cluster.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
