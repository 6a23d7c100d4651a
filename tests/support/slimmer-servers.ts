import type pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { poolOf } from "./own-database.ts";
import { type PostgresServer, startTemporaryPostgres } from "./postgres-server.ts";
import { urlOf } from "./server-databases.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { prepareTemplate } from "./template.ts";

export type ServeProcess = ServerProcess<{ grpc: string; ops: string }>;

/** Servers of one database, each a process of its own. */
export type Servers = {
  readonly processes: ServeProcess[];
  readonly addresses: string[];
  readonly db: pg.Pool;
  readonly postgres: PostgresServer;
  /** Starts one at `address`, where another has been. */
  start(address: string): Promise<ServeProcess>;
  /** The one that was started last at `address`. */
  running(address: string): ServeProcess;
};

const DATABASE = "edge";

/** `count` servers on a PostgreSQL of their own, for the tests of a file. */
export function useServers(count: number, env: Record<string, string> = {}): () => Servers {
  const closing: (() => Promise<unknown>)[] = [];
  const latest = new Map<string, ServeProcess>();
  let servers: Servers | undefined;
  beforeAll(async () => {
    const postgres = await startTemporaryPostgres();
    closing.push(postgres.stop);
    await prepareTemplate(postgres.url, DATABASE);
    const url = urlOf(postgres.url, DATABASE);
    const db = poolOf({ connectionString: url, max: 4 });
    closing.push(() => db.end());
    const start = async (address: string) => {
      const server = await startServerProcess({
        command: "serve",
        env: {
          SLIMMER_DATABASE_URL: url,
          SLIMMER_DRAIN_DELAY: "0s",
          SLIMMER_GRPC_LISTEN: address,
          ...env,
        },
      });
      closing.push(server.stop);
      latest.set(server.addresses.grpc, server);
      return server;
    };
    const processes = await Promise.all(Array.from({ length: count }, () => start("127.0.0.1:0")));
    const addresses = processes.map((server) => server.addresses.grpc);
    const running = (address: string) => {
      const server = latest.get(address);
      if (!server) throw new Error(`nothing was ever started at ${address}`);
      return server;
    };
    servers = { processes, addresses, db, postgres, start, running };
  });
  afterAll(async () => {
    // The servers together: each takes its time to drain.
    const [stopPostgres, endPool, ...stopServers] = closing;
    await Promise.all(stopServers.map((stop) => stop()));
    await endPool?.();
    await stopPostgres?.();
  });
  return () => {
    if (!servers) throw new Error("the servers of useServers() exist only while tests run");
    return servers;
  };
}
