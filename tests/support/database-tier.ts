import type { TestProject } from "vitest/node";
import { type PostgresServer, RUN_ID, startPostgresServer } from "./postgres-server.ts";
import { dropDatabase } from "./server-databases.ts";
import { prepareTemplate } from "./template.ts";

/** What the tests of a database tier are given; `problem` where its server did not come up. */
export type TestServer =
  | { url: string; template: string; outlivesRun: boolean }
  | { problem: string };

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

/**
 * The global setup of a database tier: one server per run, and one database with the schema, to be copied per test file.
 * A server that does not come up fails the files of its tier, each with the reason, and no other tier.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = `slimmer_test_${RUN_ID}_template`;
  let server: PostgresServer | undefined;
  async function teardown(): Promise<void> {
    if (!server) return;
    await dropDatabase(server.url, template).finally(server.stop);
  }
  try {
    server = await startPostgresServer(project.name);
    await prepareTemplate(server.url, template);
    const outlivesRun = project.name === "postgres-url";
    project.provide("testServer", { url: server.url, template, outlivesRun });
  } catch (error) {
    project.provide("testServer", { problem: (error as Error).stack ?? String(error) });
  }
  return teardown;
}
