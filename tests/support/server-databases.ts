import pg from "pg";

/** The URL of another database on the same server. */
export function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Makes a database, as a copy of `template` where one is named (a quarter of a second with all partitions). */
export async function createDatabase(
  serverUrl: string,
  name: string,
  template = "template1",
): Promise<void> {
  await query(serverUrl, `create database "${name}" template "${template}"`);
}

/** Drops a database with everybody in it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await query(serverUrl, `drop database if exists "${name}" with (force)`);
}

async function query(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
