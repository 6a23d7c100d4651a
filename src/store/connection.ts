import pg from "pg";

/**
 * A connection of one's own, outside the pool, connected. Its `error` events (the server went away while nobody asked
 * it anything) are taken to `onLost` rather than ending the process; the first may come before `connect` has resolved. `end` never hangs: a socket that does not close
 * by itself is destroyed.
 */
export type Connection = {
  readonly client: pg.Client;
  /** It broke; only a new one helps. */
  readonly isLost: boolean;
  end(): Promise<void>;
};

const END_MS = 1_000;

/**
 * Our statements take milliseconds, and to compile one takes seconds; PostgreSQL, where it was built with LLVM, does that
 * for whatever it thinks dear, and a fold looks dear. Not by a startup parameter: poolers refuse these.
 */
export const NO_JIT = "set jit = off";

/**
 * What was told to others (that a row is stored, which number a record of the feed has) must survive a crash of PostgreSQL,
 * whatever the database's default is.
 */
export const DURABLE_COMMITS =
  "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

export async function connect(
  config: pg.ClientConfig,
  name: string,
  onLost: (error: Error) => void = () => {},
): Promise<Connection> {
  const client = new pg.Client({ ...config, application_name: `slimmer ${name}` });
  let isLost = false;
  client.on("error", (error) => {
    isLost = true;
    onLost(error);
  });
  try {
    await client.connect();
    await client.query(NO_JIT);
  } catch (error) {
    destroy(client);
    throw error;
  }
  return {
    client,
    get isLost() {
      return isLost;
    },
    async end() {
      const timer = setTimeout(() => destroy(client), END_MS);
      await client.end().catch(() => {});
      clearTimeout(timer);
    },
  };
}

/** pg has no public way to drop a connection at once; the socket is what it would close. */
function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
