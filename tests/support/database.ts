import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import type {} from "./database-tier.ts";
import { createDatabase, dropDatabase, urlOf } from "./server-databases.ts";

/** A database of one's own, with the schema and without rows. `drop` throws out whoever is still connected. */
export type TestDatabase = {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
};

/** A fresh copy of the template on the server of the tier that the test runs in. The caller drops it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("testServer");
  if ("problem" in server) throw new Error(`this tier has no database: ${server.problem}`);
  const name = server.template.replace(/template$/, randomBytes(5).toString("hex"));
  await createDatabase(server.url, name, server.template);
  return {
    url: urlOf(server.url, name),
    name,
    drop: () => dropDatabase(server.url, name),
  };
}

/**
 * A database for the tests of a file (or of the `describe` that calls this): returns what gives its URL, once the tests
 * run. It is dropped after them; where one failed, it is kept and named, on servers that are still there afterwards.
 */
export function useDatabase(): () => string {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  // biome-ignore lint/correctness/noEmptyPattern: vitest insists on a pattern here
  afterAll(async ({}, suite) => {
    if (!database) return;
    if (!hasFailed(suite) || !isStillThereLater()) return database.drop();
    console.warn(`a test failed; its database is kept: ${withoutPassword(database.url)}`);
  });
  return () => {
    if (!database) throw new Error("the database of useDatabase() exists only while tests run");
    return database.url;
  };
}

/** In watch mode every server stays until the watching ends. */
function isStillThereLater(): boolean {
  const server = inject("testServer");
  return ("outlivesRun" in server && server.outlivesRun) || !process.env.SLIMMER_TEST_RUN;
}

type Task = { result?: { state: string }; tasks?: readonly Task[] };

function hasFailed(task: Task): boolean {
  return task.result?.state === "fail" || (task.tasks ?? []).some(hasFailed);
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = "";
  return url.href;
}
