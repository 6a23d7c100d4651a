import type pg from "pg";
import { connectWhenUp, type WaitOptions } from "./connect-when-up.ts";
import { requireSchema, requireServerVersion } from "./schema.ts";

/**
 * What every server asks for at its start: a PostgreSQL that answers (it is waited for), is not too old, and has a schema
 * that this build can work on. Throws a sentence otherwise.
 */
export async function requireDatabase(
  config: pg.ClientConfig,
  options: WaitOptions,
): Promise<void> {
  const connection = await connectWhenUp(config, "start", options);
  try {
    await requireServerVersion(connection.client);
    await requireSchema(connection.client, options.log);
  } finally {
    await connection.end();
  }
}
