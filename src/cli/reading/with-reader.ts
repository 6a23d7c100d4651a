import type { Connection } from "../connection/connection-options.ts";
import { connectToReader, type ReaderConnection } from "./reader-connection.ts";
import { reportRefusal } from "./refusal.ts";

/** Connects, has something done, and says in a sentence what was refused. */
export async function withReader(
  connection: Connection,
  run: (reader: ReaderConnection) => Promise<number>,
): Promise<number> {
  const reader = connectToReader(connection);
  try {
    return await run(reader);
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "number") throw error;
    return reportRefusal(error, reader.address);
  } finally {
    reader.close();
  }
}
